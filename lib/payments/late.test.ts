import { afterAll, beforeAll, expect, test } from 'vitest'
import { saleKeys } from '../../db/keys'
import { buyersView, lapsed } from '../../tests/late-yes'
import { deliverWebhooks, makeUnheardOf, receive, ripenLateCard, takeWebhooks } from '../../tests/provider'
import { granted, hold, intentsOf, payFor, placed } from '../../tests/purchase'
import { cards, itemOf, mintSale, openShop, orderRecord, type Shop } from '../../tests/shop'
import { expectSound } from '../../tests/sound'
import { findCart } from '../holds/find'
import { cancelOrder } from '../orders/end'
import { controlSale } from '../sales/control'
import { sweepPayments } from './sweep'

let shop: Shop
let twin: Shop
beforeAll(async () => {
  shop = await openShop()
  twin = await openShop({ DATABASE_URL: shop.databaseUrl })
})
afterAll(() => Promise.all([shop.close(), twin.close()]))

async function expectVoided(made: { id: string; buyerId: string }, state: 'expired' | 'cancelled') {
  expect(await intentsOf(shop, made.id)).toMatchObject([{ captures: 0, voids: 1 }])
  expect(await buyersView(shop, made)).toMatchObject({
    ...{ state, units: [] },
    payment: { state: 'declined', late: 'voided', movedToOrderId: null },
  })
}

test('I3: a late yes while stock remains moves to a new order of the buyer and is captured once', async () => {
  const sale = await mintSale(shop, { allocations: [5, 5] })
  const made = await lapsed(shop, sale, 2)
  await deliverWebhooks(shop)
  const seen = await buyersView(shop, made)
  expect(seen).toMatchObject({ state: 'expired', payment: { state: 'paid', late: 'moved' } })
  const moved = { id: seen.payment?.movedToOrderId ?? '', buyerId: made.buyerId }
  const renewed = await buyersView(shop, moved)
  expect(renewed).toMatchObject({ state: 'paid', totalMinor: made.totalMinor, payment: { late: null } })
  expect(renewed.units).toHaveLength(2)
  expect(await intentsOf(shop, moved.id)).toMatchObject([{ captures: 1, voids: 0 }])
  expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 2, free: 8 })
})

test('I3: a late yes after the last unit went to somebody else is set free once, and its buyer is told', async () => {
  const sale = await mintSale(shop, { allocation: 1 })
  const made = await lapsed(shop, sale)
  const next = await placed(shop, sale)
  await deliverWebhooks(shop)
  await expectVoided(made, 'expired')
  await payFor(shop, next.id)
  expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 1 })
})

test('I3: however many hear of a late yes at once, it is moved and captured once, or set free once', async () => {
  for (const stock of [1, 2]) {
    const sale = await mintSale(shop, { allocation: stock })
    const made = await lapsed(shop, sale)
    await placed(shop, sale)
    const webhooks = await takeWebhooks(shop)
    const told = webhooks.flatMap((webhook) => Array.from({ length: 10 }, () => webhook))
    await makeUnheardOf(shop, made.id)
    const results = await Promise.allSettled([
      ...told.map((webhook, i) => receive(i % 2 ? shop : twin, webhook)),
      sweepPayments(shop),
      sweepPayments(twin),
    ])
    expect(results.filter((each) => each.status === 'rejected')).toEqual([])
    const { payment } = await buyersView(shop, made)
    expect(payment?.late).toBe(stock === 1 ? 'voided' : 'moved')
    const [money, ...more] = await intentsOf(shop, payment?.movedToOrderId ?? made.id)
    expect(more).toEqual([])
    expect(money).toMatchObject(stock === 1 ? { captures: 0, voids: 1 } : { captures: 1, voids: 0 })
    expect(await expectSound(shop, sale.id)).toMatchObject({ unpaid: 1, paid: stock - 1, free: 0 })
  }
})

test('I3: a buyer who cancelled does not want it any more: a late yes is set free, with stock left', async () => {
  const sale = await mintSale(shop)
  const made = await placed(shop, sale)
  await payFor(shop, made.id, cards.late)
  expect(await cancelOrder(shop, await orderRecord(shop, made.id))).toBe(true)
  await ripenLateCard(shop, made.id)
  await deliverWebhooks(shop)
  await expectVoided(made, 'cancelled')
  expect(await expectSound(shop, sale.id)).toMatchObject({ free: 10 })
})

test('I3: a late yes leaves the cart alone that its buyer is filling, and is set free', async () => {
  const sale = await mintSale(shop)
  const made = await lapsed(shop, sale)
  const cart = await hold(shop, sale, { buyerId: made.buyerId, quantity: 3 })
  await deliverWebhooks(shop)
  await expectVoided(made, 'expired')
  expect(granted(await findCart(shop, { sale, buyerId: made.buyerId })).lines).toEqual(cart.lines)
  expect(await expectSound(shop, sale.id)).toMatchObject({ held: 3, free: 7 })
})

test('I3: a late yes to a price that is no longer the price, or in a closed sale, is set free', async () => {
  const dearer = await mintSale(shop)
  const first = await lapsed(shop, dearer)
  await shop.redis.hset(saleKeys(dearer.id).items, { [`${itemOf(dearer)}:price`]: 2990 })
  const closed = await mintSale(shop)
  const second = await lapsed(shop, closed)
  granted(await controlSale(shop, closed.id, { close: true }))
  await deliverWebhooks(shop)
  for (const [made, sale] of [
    [first, dearer],
    [second, closed],
  ] as const) {
    await expectVoided(made, 'expired')
    expect(await expectSound(shop, sale.id)).toMatchObject({ free: 10 })
  }
})
