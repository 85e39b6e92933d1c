import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { payments } from '../../db/schema'
import { makeUnheardOf, silentAfter, silentBefore } from '../../tests/provider'
import { intentsOf, payFor, placed } from '../../tests/purchase'
import { cards, makeOverdue, mintSale, openShop, orderRecord, type Shop } from '../../tests/shop'
import { expectSound } from '../../tests/sound'
import type { Context } from '../context'
import { expireOrders } from '../orders/end'
import { sweepPayments } from './sweep'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.close())

const paymentsOf = (orderId: string) =>
  shop.db.select().from(payments).where(eq(payments.orderId, orderId)).orderBy(payments.createdAt)
const stateOf = async (orderId: string) => (await orderRecord(shop, orderId)).state

/** An order whose payment was begun in this world. */
async function begun(world: Context, card = cards.pays) {
  const sale = await mintSale(shop)
  const { id } = await placed(shop, sale)
  expect(await payFor(world, id, card)).toEqual({ state: 'processing' })
  return { sale, id }
}

test('I3: the provider is silent after it charged: nobody expires the order, and the worker ends it as paid (fault 30)', async () => {
  const { sale, id } = await begun(silentAfter(shop, 'capture'))
  expect(await stateOf(id)).toBe('capturing')
  await makeOverdue(shop, id)
  expect(await expireOrders(shop, sale.id)).toBe(0)
  await makeUnheardOf(shop, id)
  await sweepPayments(silentAfter(shop, 'find'))
  expect(await stateOf(id)).toBe('capturing')
  await makeUnheardOf(shop, id)
  expect(await sweepPayments(shop)).toBe(1)
  expect(await stateOf(id)).toBe('paid')
  expect(await sweepPayments(shop)).toBe(0)
  expect(await intentsOf(shop, id)).toMatchObject([{ captures: 1, voids: 0 }])
  expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 1 })
})

test('I3: the capture never reached the provider: it is captured once it is asked again', async () => {
  const { sale, id } = await begun(silentBefore(shop, 'capture'))
  expect(await intentsOf(shop, id)).toMatchObject([{ captures: 0 }])
  expect(await payFor(shop, id)).toEqual({ state: 'processing' })
  await makeUnheardOf(shop, id)
  await sweepPayments(shop)
  expect(await stateOf(id)).toBe('paid')
  expect(await intentsOf(shop, id)).toMatchObject([{ captures: 1, voids: 0 }])
  expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 1 })
})

test('I3: a crash before the payment’s id was saved: paying again finds the same payment (fault 31)', async () => {
  const { sale, id } = await begun(silentAfter(shop, 'authorise'))
  expect(await paymentsOf(id)).toMatchObject([{ state: 'creating', reference: null }])
  expect(await intentsOf(shop, id)).toMatchObject([{ state: 'authorised', captures: 0 }])
  expect(await payFor(shop, id)).toEqual({ state: 'paid' })
  expect(await intentsOf(shop, id)).toMatchObject([{ captures: 1, voids: 0 }])
  expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 1 })
})

test('I3: a crash before the payment’s id was saved, and the buyer gone: the worker finds it (fault 31)', async () => {
  const { sale, id } = await begun(silentAfter(shop, 'authorise'))
  expect(await sweepPayments(shop)).toBe(0)
  await makeUnheardOf(shop, id)
  expect(await sweepPayments(shop)).toBe(1)
  expect(await stateOf(id)).toBe('paid')
  expect(await intentsOf(shop, id)).toMatchObject([{ captures: 1, voids: 0 }])
  expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 1 })
})

test('I3: an authorisation that is found after another buyer got the unit is set free once (faults 26, 31)', async () => {
  const sale = await mintSale(shop, { allocation: 1 })
  const { id } = await placed(shop, sale)
  await payFor(silentAfter(shop, 'authorise'), id)
  await makeOverdue(shop, id)
  expect(await expireOrders(shop, sale.id)).toBe(1)
  const next = await placed(shop, sale)
  await makeUnheardOf(shop, id)
  await Promise.all([sweepPayments(shop), sweepPayments(shop)])
  expect(await intentsOf(shop, id)).toMatchObject([{ captures: 0, voids: 1 }])
  expect(await stateOf(id)).toBe('expired')
  await payFor(shop, next.id)
  expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 1, free: 0 })
})

test('I8: a payment the provider never saw is given up, and the order can be paid with another card', async () => {
  const { sale, id } = await begun(silentBefore(shop, 'authorise'))
  expect(await intentsOf(shop, id)).toEqual([])
  await makeUnheardOf(shop, id)
  await sweepPayments(shop)
  expect(await paymentsOf(id)).toMatchObject([{ state: 'declined' }])
  expect(await payFor(shop, id)).toEqual({ state: 'paid' })
  expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 1 })
})

test('I3: a void whose answer got lost is asked for again, and sets the money free once', async () => {
  const sale = await mintSale(shop, { allocation: 1 })
  const { id } = await placed(shop, sale)
  await payFor(silentAfter(shop, 'authorise'), id)
  await makeOverdue(shop, id)
  await expireOrders(shop, sale.id)
  await placed(shop, sale)
  await makeUnheardOf(shop, id)
  await sweepPayments(silentAfter(shop, 'void'))
  expect(await paymentsOf(id)).toMatchObject([{ state: 'authorised' }])
  await makeUnheardOf(shop, id)
  await sweepPayments(shop)
  expect(await paymentsOf(id)).toMatchObject([{ state: 'voided' }])
  expect(await intentsOf(shop, id)).toMatchObject([{ captures: 0, voids: 1 }])
  expect(await expectSound(shop, sale.id)).toMatchObject({ unpaid: 1, free: 0 })
})

test('I3: an answer that names another amount takes no money and sets it free', async () => {
  const { provider } = shop
  const cheating: Context = {
    ...shop,
    provider: {
      ...provider,
      authorise: async (request) => ({ ...(await provider.authorise(request)), amountMinor: 1 }),
    },
  }
  const sale = await mintSale(shop)
  const { id } = await placed(shop, sale)
  expect(await payFor(cheating, id)).toEqual({ state: 'declined' })
  expect(await intentsOf(shop, id)).toMatchObject([{ captures: 0, voids: 1 }])
  expect(await stateOf(id)).toBe('awaiting_payment')
  expect(await expectSound(shop, sale.id)).toMatchObject({ unpaid: 1 })
})
