import { afterAll, beforeAll, expect, test } from 'vitest'
import { intentsOf, payFor, placed } from '../../tests/purchase'
import {
  itemOf,
  makeOverdue,
  mintSale,
  newBuyers,
  openShop,
  orderRecord,
  type Shop,
  until,
} from '../../tests/shop'
import { sized } from '../../tests/size'
import { expectSound } from '../../tests/sound'
import { reserve } from '../holds/reserve'
import { newBuyerId } from '../id'
import { cancelOrder, expireOrders } from './end'

let shop: Shop
let twin: Shop
beforeAll(async () => {
  shop = await openShop()
  twin = await openShop({ DATABASE_URL: shop.databaseUrl })
})
afterAll(() => Promise.all([shop.close(), twin.close()]))

test('I8: an order that nobody pays expires by its clock, and its unit goes to the next buyer', async () => {
  const sale = await mintSale(shop, { allocation: 1, paySeconds: 1 })
  const made = await placed(shop, sale)
  expect(await expireOrders(shop, sale.id)).toBe(0)
  await until('the order to expire', async () => (await expireOrders(shop, sale.id)) === 1)
  const record = await orderRecord(shop, made.id)
  expect(record.state).toBe('expired')
  expect(Date.now()).toBeGreaterThanOrEqual(record.payBy.getTime())
  const next = await reserve(shop, { sale, buyerId: newBuyerId(), itemId: itemOf(sale), quantity: 1 })
  expect(next.ok && next.value.lines[0]?.units).toEqual([1])
  expect(await expectSound(shop, sale.id)).toMatchObject({ held: 1, free: 0 })
})

test('I8: two workers that expire the same orders at once end each of them once', async () => {
  const sale = await mintSale(shop, { allocations: [50, 50] })
  const made = await Promise.all(
    newBuyers(30).map((buyerId, i) => placed(shop, sale, { buyerId, item: i % 2, quantity: 1 })),
  )
  await Promise.all(made.map(({ id }) => makeOverdue(shop, id)))
  const ended = await Promise.all([shop, twin, shop, twin].map((each) => expireOrders(each, sale.id)))
  expect(ended.reduce((sum, count) => sum + count, 0)).toBe(30)
  expect(await expectSound(shop, sale.id)).toMatchObject({ free: 100 })
})

test('I5: an order cancelled 20 times at once is cancelled once, and its units come back once', async () => {
  const sale = await mintSale(shop)
  const record = await orderRecord(shop, (await placed(shop, sale, { quantity: 4 })).id)
  const results = await Promise.all(
    Array.from({ length: 20 }, (_, i) => cancelOrder(i % 2 ? shop : twin, record)),
  )
  expect(results.filter(Boolean)).toHaveLength(1)
  expect(await expectSound(shop, sale.id)).toMatchObject({ free: 10 })
})

test('I9: of expiry and payment in the same moment exactly one wins, and the money follows it (fault 25)', async () => {
  const ends = { paid: 0, expired: 0 }
  for (let round = 0; round < sized(6, 60); round++) {
    const sale = await mintSale(shop, { allocation: 8 })
    const made = await Promise.all(newBuyers(8).map((buyerId) => placed(shop, sale, { buyerId })))
    await Promise.all(made.map(({ id }) => makeOverdue(shop, id)))
    const pays = made.map(({ id }) => payFor(shop, id))
    // Sometimes the worker comes first, sometimes when the first buyer has just paid.
    if (round % 2) await Promise.race(pays)
    await Promise.all([...pays, expireOrders(twin, sale.id)])
    for (const { id } of made) {
      const { state } = await orderRecord(shop, id)
      const [money, ...more] = await intentsOf(shop, id)
      expect(more).toEqual([])
      if (state === 'paid') expect(money).toMatchObject({ captures: 1, voids: 0 })
      // The payment of an expired order was set free, or moved to a new order of the same buyer.
      else if (money) expect(money).toMatchObject({ captures: 0, voids: 1 })
      ends[state as keyof typeof ends] += 1
    }
    await expectSound(shop, sale.id)
  }
  expect(ends.paid + ends.expired).toBe(8 * sized(6, 60))
  expect(Math.min(ends.paid, ends.expired)).toBeGreaterThan(0)
})

test('I9: of a cancellation and a payment at once exactly one wins', async () => {
  for (let round = 0; round < sized(4, 40); round++) {
    const sale = await mintSale(shop, { allocation: 8 })
    const made = await Promise.all(newBuyers(8).map((buyerId) => placed(shop, sale, { buyerId })))
    const records = await Promise.all(made.map(({ id }) => orderRecord(shop, id)))
    const pays = made.map(({ id }) => payFor(shop, id))
    if (round % 2) await Promise.race(pays)
    const cancels = await Promise.all(records.map((record) => cancelOrder(twin, record)))
    await Promise.all(pays)
    for (const [i, { id }] of records.entries()) {
      const { state } = await orderRecord(shop, id)
      expect(state).toBe(cancels[i] ? 'cancelled' : 'paid')
      const [money] = await intentsOf(shop, id)
      if (money)
        expect(money).toMatchObject(cancels[i] ? { captures: 0, voids: 1 } : { captures: 1, voids: 0 })
    }
    const { paid, free } = await expectSound(shop, sale.id)
    expect(paid + free).toBe(8)
    expect(paid).toBe(cancels.filter((cancelled) => !cancelled).length)
  }
})
