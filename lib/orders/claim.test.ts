import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { claimGroup, freeScoresPerItem, saleKeys } from '../../db/keys'
import { orders } from '../../db/schema'
import { decided, granted, hold, payFor, queued, takenEntries, tallyOf } from '../../tests/purchase'
import {
  checkoutOf,
  itemOf,
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
import { claim } from './claim'
import { claimNext } from './claim-next'

let shop: Shop
let twin: Shop
beforeAll(async () => {
  shop = await openShop()
  twin = await openShop({ DATABASE_URL: shop.databaseUrl })
})
afterAll(() => Promise.all([shop.close(), twin.close()]))

const pendingOf = async (saleId: string) =>
  (await shop.redis.xpending(saleKeys(saleId).orders, claimGroup, '-', '+', 1_000)).length
const statesOf = async (saleId: string) => {
  const rows = await shop.db.select({ state: orders.state }).from(orders).where(eq(orders.saleId, saleId))
  return rows.map((row) => row.state)
}

test('I1: a crowd that reserves and orders over two processes owns exactly the stock, each unit once', async () => {
  const stock = 40
  const sale = await mintSale(shop, { allocation: stock })
  const results = await Promise.all(
    newBuyers(sized(300, 3_000)).map(async (buyerId, i) => {
      const server = i % 2 ? shop : twin
      const held = await reserve(server, { sale, buyerId, itemId: itemOf(sale), quantity: 1 })
      return held.ok
        ? decided(server, { sale, buyerId, idempotencyKey: 'key-00000001', checkout: checkoutOf(buyerId) })
        : held
    }),
  )
  expect(tallyOf(results).ok).toBe(stock)
  const units = results.flatMap((result) => (result.ok ? result.value.units : []))
  expect(units.toSorted((a, b) => a - b)).toEqual(Array.from({ length: stock }, (_, i) => i + 1))
  expect(await expectSound(shop, sale.id)).toMatchObject({ unpaid: stock, free: 0 })
})

test('I12: two workers that claim the same stream take each entry once (fault 7)', async () => {
  const sale = await mintSale(shop, { allocation: 60 })
  await Promise.all(newBuyers(30).map((buyerId) => queued(shop, sale, { buyerId, quantity: 2 })))
  const taken = await Promise.all([shop, twin, shop, twin].map((each) => claimNext(each, sale.id, 'new')))
  expect(taken.reduce((sum, count) => sum + count, 0)).toBe(30)
  expect(await statesOf(sale.id)).toEqual(Array.from({ length: 30 }, () => 'awaiting_payment'))
  expect(await pendingOf(sale.id)).toBe(0)
  expect(await expectSound(shop, sale.id)).toMatchObject({ unpaid: 60 })
})

test('I12: the same entries claimed again and again, also at once, are claimed once', async () => {
  const sale = await mintSale(shop, { allocation: 20 })
  const made = await Promise.all(newBuyers(10).map((buyerId) => queued(shop, sale, { buyerId })))
  const entries = await takenEntries(shop, sale.id)
  for (let round = 0; round < 5; round++) {
    const answers = await Promise.all([shop, twin, shop].map((each) => claim(each, sale.id, entries)))
    for (const states of answers) {
      expect([...states.keys()].toSorted()).toEqual(made.map(({ id }) => id).toSorted())
      expect(new Set(states.values())).toEqual(new Set(['awaiting_payment']))
    }
  }
  expect(await expectSound(shop, sale.id)).toMatchObject({ unpaid: 10, free: 10 })
})

test('I12: a worker killed before the ledger committed: another one claims its entries (fault 5)', async () => {
  const sale = await mintSale(shop)
  const { id } = await queued(shop, sale)
  expect(await takenEntries(shop, sale.id)).toHaveLength(1)
  expect(await claimNext(twin, sale.id, 'new')).toBe(0)
  expect(await claimNext(twin, sale.id, 'left')).toBe(0)
  await until('the entry to be taken over', async () => (await claimNext(twin, sale.id, 'left')) === 1)
  expect((await orderRecord(shop, id)).state).toBe('awaiting_payment')
  expect(await pendingOf(sale.id)).toBe(0)
  expect(await expectSound(shop, sale.id)).toMatchObject({ unpaid: 1, free: 9 })
})

test('I12: killed after the commit and before the ack: taken over without a second effect (fault 6)', async () => {
  const sale = await mintSale(shop)
  const [unpaid, paid] = [await queued(shop, sale), await queued(shop, sale)]
  await claim(shop, sale.id, await takenEntries(shop, sale.id))
  await payFor(shop, paid.id)
  const before = [await orderRecord(shop, unpaid.id), await orderRecord(shop, paid.id)]
  expect(await pendingOf(sale.id)).toBe(2)
  await until('the entries to be taken over', async () => (await claimNext(twin, sale.id, 'left')) === 2)
  expect([await orderRecord(shop, unpaid.id), await orderRecord(shop, paid.id)]).toEqual(before)
  expect(await pendingOf(sale.id)).toBe(0)
  expect(await expectSound(shop, sale.id)).toMatchObject({ unpaid: 1, paid: 1, free: 8 })
})

test('I12: killed before a refused entry was acknowledged: its hold is freed by the one that takes over', async () => {
  const sale = await mintSale(shop, { allocation: 1 })
  const { id } = await queued(shop, sale)
  const entries = (await takenEntries(shop, sale.id)).map((entry) => ({ ...entry, epoch: '0-older' }))
  expect(await claim(shop, sale.id, entries)).toEqual(new Map([[id, 'rejected']]))
  await until('the entry to be taken over', async () => (await claimNext(twin, sale.id, 'left')) === 1)
  expect((await orderRecord(shop, id)).state).toBe('rejected')
  expect(await expectSound(shop, sale.id)).toMatchObject({ free: 1 })
})

test('I2: of two orders with one unit in common the first gets all of its units, the second none', async () => {
  const sale = await mintSale(shop, { allocations: [5, 5] })
  const first = await queued(shop, sale, { quantity: 2 })
  // Redis came back from an older state and hands unit 1 out a second time.
  await shop.redis.zadd(saleKeys(sale.id).free, { score: freeScoresPerItem, member: '1:1' })
  const second = newBuyerId()
  await hold(shop, sale, { buyerId: second, quantity: 3, item: 1 })
  await queued(shop, sale, { buyerId: second, quantity: 2 })
  const third = await queued(shop, sale, { quantity: 1 })
  expect(await claimNext(shop, sale.id, 'new')).toBe(3)
  const [lost, ...kept] = [
    granted(
      await decided(shop, {
        sale,
        buyerId: second,
        idempotencyKey: 'key-00000001',
        checkout: checkoutOf(second),
      }),
    ),
    await orderRecord(shop, first.id),
    await orderRecord(shop, third.id),
  ]
  expect(lost).toMatchObject({ state: 'rejected', units: [] })
  expect(kept.map((each) => each.state)).toEqual(['awaiting_payment', 'awaiting_payment'])
  expect(await expectSound(shop, sale.id)).toMatchObject({ unpaid: 3, free: 7 })
})

test('I1: an entry for a unit that was never minted, or of another sale, is rejected', async () => {
  const [sale, other] = [await mintSale(shop), await mintSale(shop)]
  await queued(shop, sale)
  const [entry] = await takenEntries(shop, sale.id)
  if (!entry) throw new Error('The entry is missing.')
  const wrong = [
    [{ item: itemOf(sale), numbers: [11], price: 1 }],
    [{ item: itemOf(other), numbers: [1], price: 1 }],
    [{ item: itemOf(sale), numbers: [1, 1], price: 1 }],
  ]
  for (const [i, lines] of wrong.entries()) {
    const id = `${entry.orderId.slice(0, -1)}${i}`
    const states = await claim(shop, sale.id, [{ ...entry, orderId: id, holdId: `h${i}`, lines }])
    expect(states).toEqual(new Map([[id, 'rejected']]))
  }
  await claim(shop, sale.id, [entry])
  expect(await statesOf(sale.id)).toEqual(['rejected', 'rejected', 'rejected', 'awaiting_payment'])
})
