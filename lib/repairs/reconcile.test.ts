import { afterAll, beforeAll, expect, test } from 'vitest'
import { freeScoresPerItem, saleKeys } from '../../db/keys'
import { closeRedis, createRedis } from '../../db/redis'
import { bought, hold, payFor, placed, queued, tallyOf } from '../../tests/purchase'
import { itemOf, makeOverdue, mintSale, newBuyers, openShop, orderRecord, type Shop } from '../../tests/shop'
import { expectSound } from '../../tests/sound'
import { reserve } from '../holds/reserve'
import { claimNext } from '../orders/claim-next'
import { cancelOrder, expireOrders } from '../orders/end'
import { findOrderRecord } from '../orders/read'
import { endUnpaid } from '../orders/state'
import type { SaleRecord } from '../sales/record'
import { newMemory, reconcile } from './reconcile'

let shop: Shop
/** The same shop after Redis went away: whatever a verb does in the ledger, its second half is left out. */
let halved: Shop
beforeAll(async () => {
  shop = await openShop()
  halved = { ...shop, redis: createRedis({ redisUrl: 'redis://127.0.0.1:1' }) }
})
afterAll(async () => {
  closeRedis(halved.redis)
  await shop.close()
})

const nothing = { rebuilt: false, finished: 0, withheld: 0, restored: 0 }

/** As two ticks of the worker would. */
async function reconcileTwice(sale: SaleRecord) {
  const memory = newMemory()
  return [await reconcile(shop, sale.id, memory), await reconcile(shop, sale.id, memory)]
}

test('I15: a crash between the ledger and Redis while an order is cancelled: its units come back', async () => {
  const sale = await mintSale(shop)
  const { id } = await placed(shop, sale, { quantity: 3 })
  await expect(cancelOrder(halved, await orderRecord(shop, id))).rejects.toThrow('no reply from Redis')
  expect((await orderRecord(shop, id)).state).toBe('cancelled')
  expect(await reconcileTwice(sale)).toEqual([{ ...nothing, finished: 1 }, nothing])
  expect(await expectSound(shop, sale.id)).toMatchObject({ free: 10 })
})

test('I15: a crash between the ledger and Redis while orders expire: their units come back', async () => {
  const sale = await mintSale(shop)
  const made = [await placed(shop, sale), await placed(shop, sale), await placed(shop, sale)]
  await Promise.all(made.map(({ id }) => makeOverdue(shop, id)))
  await expect(expireOrders(halved, sale.id)).rejects.toThrow('no reply from Redis')
  for (const { id } of made) expect((await orderRecord(shop, id)).state).toBe('expired')
  expect(await expireOrders(shop, sale.id)).toBe(0)
  expect(await reconcileTwice(sale)).toEqual([{ ...nothing, finished: 3 }, nothing])
  expect(await expectSound(shop, sale.id)).toMatchObject({ free: 10 })
})

test('I15: a crash between the ledger and Redis while an order is paid: it stays paid and Redis learns of it', async () => {
  const sale = await mintSale(shop, { limit: 2 })
  const { id, buyerId } = await placed(shop, sale, { quantity: 2 })
  expect(await payFor(halved, id)).toEqual({ state: 'paid' })
  const more = { sale, buyerId, itemId: itemOf(sale), quantity: 1 }
  expect(await reserve(shop, more)).toMatchObject({ reason: 'already_ordered' })
  expect(await reconcileTwice(sale)).toEqual([{ ...nothing, finished: 1 }, nothing])
  expect(await reserve(shop, more)).toMatchObject({ reason: 'limit_reached' })
  expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 2, free: 8 })
})

test('I15: a unit that nobody has is freed after two readings, not after one', async () => {
  const sale = await mintSale(shop, { allocation: 3 })
  const buyerId = newBuyers(1)[0] ?? ''
  await hold(shop, sale, { buyerId, quantity: 2 })
  const { holds, due } = saleKeys(sale.id)
  await shop.redis.hdel(holds, buyerId)
  await shop.redis.zrem(due, buyerId)
  await expect(expectSound(shop, sale.id)).rejects.toThrow('leaked')
  const memory = newMemory()
  expect(await reconcile(shop, sale.id, memory)).toEqual(nothing)
  // Another reading that starts from nothing has to see it twice as well.
  expect(await reconcile(shop, sale.id, newMemory())).toEqual(nothing)
  expect(await reconcile(shop, sale.id, memory)).toEqual({ ...nothing, restored: 2 })
  expect(await reconcile(shop, sale.id, memory)).toEqual(nothing)
  expect(await expectSound(shop, sale.id)).toMatchObject({ free: 3 })
})

test('I15: a unit that is free in Redis and owned in the ledger is withheld at the first reading', async () => {
  const sale = await mintSale(shop, { allocations: [5, 5] })
  const paid = await bought(shop, sale, { quantity: 3 })
  const unpaid = await placed(shop, sale, { item: 1, quantity: 2 })
  const { free, items } = saleKeys(sale.id)
  await shop.redis.zadd(free, { score: freeScoresPerItem, member: '1:2' })
  // An older state of Redis, in which the units of the second item were never issued.
  await shop.redis.hset(items, { [`${itemOf(sale, 1)}:next`]: 1 })
  expect(await reconcile(shop, sale.id, newMemory())).toEqual({ ...nothing, withheld: 3 })
  expect((await expectSound(shop, sale.id)).free).toBe(5)
  expect((await orderRecord(shop, paid.id)).state).toBe('paid')
  expect(await payFor(shop, unpaid.id)).toEqual({ state: 'paid' })
  const crowd = await Promise.all(
    newBuyers(20).map((buyerId, i) =>
      reserve(shop, { sale, buyerId, itemId: itemOf(sale, i % 2), quantity: 1 }),
    ),
  )
  expect(tallyOf(crowd)).toEqual({ ok: 5, empty_now: 15 })
  expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 5, held: 5, free: 0 })
})

test('I15: a wrong count of what is sold is corrected after two readings', async () => {
  const sale = await mintSale(shop, { allocation: 2 })
  await bought(shop, sale)
  await shop.redis.hset(saleKeys(sale.id).items, { [`${itemOf(sale)}:sold`]: 2 })
  await reconcileTwice(sale)
  expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 1, free: 1 })
})

test('I8: a frozen cart whose entry is gone, and that the ledger never heard of, ends by itself', async () => {
  const sale = await mintSale(shop)
  const [gone, waits] = [await queued(shop, sale, { quantity: 3 }), await queued(shop, sale)]
  const { orders } = saleKeys(sale.id)
  const [[first] = ['']] = (await shop.redis.xrange(orders, '-', '+', 1)) as unknown as [string][]
  await shop.redis.xdel(orders, first)
  // As long as any order waits, it might be this one.
  expect(await reconcile(shop, sale.id, newMemory())).toEqual(nothing)
  expect(await claimNext(shop, sale.id, 'new')).toBe(1)
  expect(await reconcile(shop, sale.id, newMemory())).toEqual({ ...nothing, finished: 1 })
  expect(await findOrderRecord(shop, gone.id)).toBeNull()
  expect((await orderRecord(shop, waits.id)).state).toBe('awaiting_payment')
  expect(await expectSound(shop, sale.id)).toMatchObject({ unpaid: 1, free: 9 })
})

test('I15: a crash in the middle of everything at once is mended, and every unit can be sold again', async () => {
  const sale = await mintSale(shop, { allocation: 12 })
  const cancelled = await placed(shop, sale)
  await shop.db.transaction((tx) =>
    endUnpaid(tx, { saleId: sale.id, orderId: cancelled.id, to: 'cancelled' }),
  )
  await payFor(halved, (await placed(shop, sale)).id)
  const lost = newBuyers(1)[0] ?? ''
  await hold(shop, sale, { buyerId: lost, quantity: 4 })
  await shop.redis.hdel(saleKeys(sale.id).holds, lost)
  await shop.redis.zrem(saleKeys(sale.id).due, lost)
  await queued(shop, sale)
  await reconcileTwice(sale)
  expect(await claimNext(shop, sale.id, 'new')).toBe(1)
  expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 1, unpaid: 1, free: 10 })
  const crowd = newBuyers(30).map((buyerId) =>
    reserve(shop, { sale, buyerId, itemId: itemOf(sale), quantity: 1 }),
  )
  expect(tallyOf(await Promise.all(crowd))).toEqual({ ok: 10, empty_now: 20 })
})
