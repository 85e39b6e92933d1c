import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { saleKeys } from '../../db/keys'
import { sales } from '../../db/schema'
import { makeUnheardOf, silentBefore } from '../../tests/provider'
import { bought, decided, granted, hold, payFor, placed, queued, tallyOf } from '../../tests/purchase'
import {
  checkout,
  checkoutOf,
  itemOf,
  makeOverdue,
  mintSale,
  newBuyers,
  openShop,
  orderRecord,
  reload,
  type Shop,
} from '../../tests/shop'
import { expectSound } from '../../tests/sound'
import { findCart } from '../holds/find'
import { reserve } from '../holds/reserve'
import { newBuyerId } from '../id'
import { claimNext } from '../orders/claim-next'
import { expireOrders } from '../orders/end'
import { order } from '../orders/order'
import { readOrder } from '../orders/read'
import { sweepPayments } from '../payments/sweep'
import { readLive } from '../sales/live'
import { newMemory, reconcile } from './reconcile'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.close())

test('I15: Redis loses everything in mid-sale: carts are lost, and what the ledger owns stays owned (fault 12)', async () => {
  const sale = await mintSale(shop, { allocations: [20, 4] })
  const cart = { sale, buyerId: newBuyerId() }
  await hold(shop, sale, { ...cart, quantity: 2 })
  const paid = await bought(shop, sale, { quantity: 3 })
  const pays = await placed(shop, sale, { item: 1, quantity: 2 })
  const lapses = await placed(shop, sale, { quantity: 2 })
  const capturing = await placed(shop, sale)
  await payFor(silentBefore(shop, 'capture'), capturing.id)
  const waiting = await queued(shop, sale, { quantity: 2 })
  await shop.redis.flushdb()

  expect(await readLive(shop, sale)).toBeNull()
  expect(await reserve(shop, { ...cart, itemId: itemOf(sale), quantity: 1 })).toMatchObject({
    reason: 'try_again',
  })
  expect(await claimNext(shop, sale.id, 'new')).toBe(0)
  expect(await reconcile(shop, sale.id, newMemory())).toMatchObject({ rebuilt: true })
  expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 3, unpaid: 5, held: 0, free: 16 })

  expect(await findCart(shop, cart)).toEqual({ ok: false, reason: 'not_found' })
  const { buyerId, id: orderId } = waiting
  expect(await readOrder(shop, { orderId, buyerId })).toEqual({ ok: false, reason: 'not_found' })
  expect(await payFor(shop, pays.id)).toEqual({ state: 'paid' })
  await makeUnheardOf(shop, capturing.id)
  await sweepPayments(shop)
  await makeOverdue(shop, lapses.id)
  expect(await expireOrders(shop, sale.id)).toBe(1)
  expect((await orderRecord(shop, paid.id)).state).toBe('paid')
  expect((await orderRecord(shop, capturing.id)).state).toBe('paid')
  expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 6, unpaid: 0, free: 18 })

  // Buyers go on with the sale as they knew it; every unit that is left can be sold, and no other.
  const crowd = await Promise.all(
    newBuyers(30).map((each) => reserve(shop, { sale, buyerId: each, itemId: itemOf(sale), quantity: 1 })),
  )
  expect(tallyOf(crowd)).toEqual({ ok: 16, empty_now: 14 })
  expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 6, held: 16, free: 2 })
})

test.each(['state', 'items'] as const)(
  'I15: Redis lost the %s of a sale: orders that wait in its stream are claimed, not lost',
  async (key) => {
    const sale = await mintSale(shop)
    const waiting = await queued(shop, sale, { quantity: 3 })
    await shop.redis.del(saleKeys(sale.id)[key])
    expect(await reconcile(shop, sale.id, newMemory())).toMatchObject({ rebuilt: true })
    expect((await orderRecord(shop, waiting.id)).state).toBe('awaiting_payment')
    expect(await expectSound(shop, sale.id)).toMatchObject({ unpaid: 3, free: 7 })
  },
)

test('I15: an order that comes out of an older epoch is rejected, and its units are not taken', async () => {
  const sale = await mintSale(shop)
  const { id, buyerId } = await queued(shop, sale, { quantity: 3 })
  // The ledger has moved on while the entry was on its way.
  await shop.db
    .update(sales)
    .set({ epoch: sql`${sales.epoch} + 1` })
    .where(eq(sales.id, sale.id))
  expect(await claimNext(shop, sale.id, 'new')).toBe(1)
  expect((await orderRecord(shop, id)).state).toBe('rejected')
  const again = granted(
    await decided(shop, { sale, buyerId, idempotencyKey: 'key-00000001', checkout: checkoutOf(buyerId) }),
  )
  expect(again).toMatchObject({ id, state: 'rejected', units: [] })
  expect(await reconcile(shop, sale.id, newMemory())).toMatchObject({ rebuilt: true })
  expect(await expectSound(shop, sale.id)).toMatchObject({ free: 10 })
})

test('I11: between two epochs nothing is reserved or ordered, and nothing is shown as available', async () => {
  const sale = await mintSale(shop)
  const mine = { sale, buyerId: newBuyerId() }
  await hold(shop, sale, mine)
  await shop.redis.hset(saleKeys(sale.id).state, { loading: '1' })
  const wish = { ...mine, itemId: itemOf(sale), quantity: 2 }
  expect(await reserve(shop, wish)).toMatchObject({ reason: 'try_again' })
  expect(await order(shop, { ...mine, idempotencyKey: 'key-00000001', checkout })).toMatchObject({
    reason: 'try_again',
  })
  expect(await readLive(shop, sale)).toBeNull()
})

test('I15: a load that its process did not end is left alone while it may go on, and begun again after that', async () => {
  const sale = await mintSale(shop)
  const paid = await bought(shop, sale, { quantity: 2 })
  await shop.redis.hset(saleKeys(sale.id).state, { loading: '1' })
  const memory = newMemory()
  expect(await reconcile(shop, sale.id, memory)).toMatchObject({ rebuilt: false })
  memory.loadingSince = (memory.loadingSince ?? 0) - 11_000
  expect(await reconcile(shop, sale.id, memory)).toMatchObject({ rebuilt: true })
  expect((await orderRecord(shop, paid.id)).state).toBe('paid')
  expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 2, free: 8 })
})

test('I15: of five reconcilers that load a lost sale at once the last epoch wins, and it is whole', async () => {
  const sale = await mintSale(shop, { allocation: 30 })
  await Promise.all(newBuyers(10).map((buyerId) => placed(shop, sale, { buyerId, quantity: 2 })))
  await shop.redis.flushdb()
  await Promise.all(Array.from({ length: 5 }, () => reconcile(shop, sale.id, newMemory())))
  const { epochText } = await reload(shop, sale.id)
  expect(await shop.redis.hget(saleKeys(sale.id).state, 'epoch')).toBe(epochText)
  expect(await expectSound(shop, sale.id)).toMatchObject({ unpaid: 20, free: 10 })
})

test('I5: Redis forgot every script: the next call of each brings it back (fault 13)', async () => {
  const sale = await mintSale(shop)
  for (let round = 0; round < 3; round++) {
    const made = await placed(shop, sale)
    await shop.redis.scriptFlush()
    expect(await payFor(shop, made.id)).toEqual({ state: 'paid' })
    await shop.redis.scriptFlush()
    expect(await reconcile(shop, sale.id, newMemory())).toMatchObject({ rebuilt: false })
  }
  expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 3, free: 7 })
})

test('I15: a worker that looks while a sale is being published leaves its first carts alone', async () => {
  const twin = await openShop({ DATABASE_URL: shop.databaseUrl })
  let publishing = true
  const looks = (async () => {
    while (publishing) {
      const rows = await twin.db.select({ id: sales.id }).from(sales)
      for (const { id } of rows) await reconcile(twin, id, newMemory())
    }
  })()
  for (let round = 0; round < 20; round++) {
    const sale = await mintSale(shop)
    await hold(shop, sale, { quantity: 2 })
    expect((await reload(shop, sale.id)).epoch, 'it is loaded once').toBe(1)
    expect(await expectSound(shop, sale.id)).toMatchObject({ held: 2, free: 8 })
    // What the loop has to look at stays small.
    await shop.db.update(sales).set({ state: 'draft' }).where(eq(sales.id, sale.id))
  }
  publishing = false
  await looks
  await twin.close()
})
