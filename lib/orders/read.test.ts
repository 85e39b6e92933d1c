import { afterAll, beforeAll, expect, test } from 'vitest'
import { bought, granted, payFor, placed, queued } from '../../tests/purchase'
import { cards, mintSale, openShop, orderRecord, type Shop } from '../../tests/shop'
import { expectSound } from '../../tests/sound'
import { newBuyerId, orderIdFor } from '../id'
import {
  cancelOrderEndpoint,
  confirmPaymentEndpoint,
  payEndpoint,
  readOrderEndpoint,
} from '../web/endpoints/orders'
import { claimNext } from './claim-next'
import { readOrder } from './read'
import { orderToken } from './token'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.close())

const notFound = { ok: false, reason: 'not_found' }

/** The four things that can be done with an order, as somebody who has this buyer id. */
function as(buyerId: string, id: string, card = cards.pays) {
  const input = {
    ...{ caller: { buyerId, address: '192.0.2.1', via: 'bearer' as const, origin: null } },
    ...{
      buyerId,
      params: { id },
      body: undefined,
      query: undefined,
      header: () => undefined,
      cookie: () => undefined,
    },
  }
  return {
    read: () => readOrderEndpoint.run(shop, { ...input, query: {} }),
    cancel: () => cancelOrderEndpoint.run(shop, input),
    pay: () => payEndpoint.run(shop, { ...input, body: { method: { card } } }),
    confirm: () => confirmPaymentEndpoint.run(shop, input),
  }
}

test('I13: nobody else reads, cancels, pays or confirms an order, whatever state it is in', async () => {
  const sale = await mintSale(shop)
  const unpaid = await placed(shop, sale)
  const asks = await placed(shop, sale)
  await payFor(shop, asks.id, cards.asks)
  const paid = await bought(shop, sale)
  const waiting = await queued(shop, sale)
  for (const order of [unpaid, asks, paid, waiting]) {
    const stranger = as(newBuyerId(), order.id)
    for (const attempt of [stranger.read, stranger.cancel, stranger.pay, stranger.confirm]) {
      expect(await attempt()).toEqual(notFound)
    }
  }
  expect((await orderRecord(shop, unpaid.id)).state).toBe('awaiting_payment')
  expect((await orderRecord(shop, asks.id)).state).toBe('awaiting_payment')
  await claimNext(shop, sale.id, 'new')
  expect(await expectSound(shop, sale.id)).toMatchObject({ unpaid: 3, paid: 1 })
})

test('I13: an order that does not exist looks like one of somebody else', async () => {
  const sale = await mintSale(shop)
  const buyerId = newBuyerId()
  for (const id of [
    orderIdFor(sale.id, buyerId, 'never-used'),
    orderIdFor('sal_000000000000', buyerId, 'x'),
  ]) {
    const { read, cancel, pay, confirm } = as(buyerId, id)
    for (const attempt of [read, cancel, pay, confirm]) expect(await attempt()).toEqual(notFound)
  }
})

test('I13: its own buyer reads an order from the queue to the end, and so does its token', async () => {
  const sale = await mintSale(shop)
  const { id, buyerId } = await queued(shop, sale)
  const mine = as(buyerId, id)
  const confirming = granted(await mine.read())
  expect(confirming).toMatchObject({ id, state: 'confirming', units: [], number: null })
  expect(await mine.pay()).toMatchObject({ ok: false, reason: 'try_again' })
  await claimNext(shop, sale.id, 'new')
  expect(granted(await mine.read())).toMatchObject({ state: 'awaiting_payment', units: [1] })
  expect(granted(await mine.pay())).toEqual({ state: 'paid' })
  expect(granted(await mine.read())).toMatchObject({ state: 'paid', units: [1], payment: { state: 'paid' } })
  expect(await mine.cancel()).toEqual({ ok: false, reason: 'not_payable' })
  const byToken = granted(await readOrder(shop, { orderId: id, token: confirming.token }))
  expect(byToken).toMatchObject({ id, state: 'paid' })
})

test('I13: a token opens its own order only, and a changed or foreign one opens nothing', async () => {
  const sale = await mintSale(shop)
  const [mine, theirs] = [await placed(shop, sale), await placed(shop, sale)]
  const { token } = mine
  const wrong = [theirs.token, token.slice(1), `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`, '']
  for (const guess of [...wrong, orderToken('another secret', mine.id)]) {
    expect(await readOrder(shop, { orderId: mine.id, token: guess })).toEqual(notFound)
  }
  expect((await readOrder(shop, { orderId: mine.id, token })).ok).toBe(true)
})

test('I16: an order that both stores lost before it was decided reads as rejected to its buyer', async () => {
  const sale = await mintSale(shop)
  const buyerId = newBuyerId()
  const orderId = orderIdFor(sale.id, buyerId, 'key-00000001')
  const token = orderToken(shop.env.APP_SECRET, orderId)
  expect(granted(await readOrder(shop, { orderId, buyerId, token }))).toMatchObject({ state: 'rejected' })
  expect(await readOrder(shop, { orderId, buyerId: newBuyerId() })).toEqual(notFound)
})
