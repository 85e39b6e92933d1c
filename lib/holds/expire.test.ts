import { afterAll, beforeAll, expect, test } from 'vitest'
import { saleKeys } from '../../db/keys'
import { decided, granted, hold, tallyOf } from '../../tests/purchase'
import {
  checkout,
  checkoutOf,
  itemOf,
  mintSale,
  newBuyers,
  openShop,
  type Shop,
  until,
} from '../../tests/shop'
import { sized } from '../../tests/size'
import { expectSound } from '../../tests/sound'
import { config } from '../config'
import { newBuyerId } from '../id'
import { order } from '../orders/order'
import { readLive } from '../sales/live'
import { expireHolds } from './expire'
import { extend } from './extend'
import { findCart } from './find'
import { reserve } from './reserve'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.close())

test('I8: a lapsed cart gives its unit to the next buyer who reserves; no process has to run for that', async () => {
  const sale = await mintSale(shop, { allocation: 1, holdSeconds: 1 })
  const first = await hold(shop, sale)
  const second = await until('the unit to come back', async () => {
    const tried = await reserve(shop, { sale, buyerId: newBuyerId(), itemId: itemOf(sale), quantity: 1 })
    return tried.ok && tried.value
  })
  expect(Date.parse(second.now)).toBeGreaterThanOrEqual(Date.parse(first.deadline))
  expect(second.lines[0]?.units).toEqual([1])
  expect(await expectSound(shop, sale.id)).toMatchObject({ held: 1, free: 0 })
})

test('I8: expireHolds frees lapsed carts when nobody reserves, and leaves the others alone', async () => {
  const sale = await mintSale(shop, { allocation: 10, holdSeconds: 1, extensions: 5 })
  const [lapses, stays] = [newBuyerId(), newBuyerId()]
  await hold(shop, sale, { buyerId: stays, quantity: 3 })
  for (let times = 0; times < 5; times++) granted(await extend(shop, { sale, buyerId: stays }))
  await hold(shop, sale, { buyerId: lapses, quantity: 4 })
  expect((await readLive(shop, sale))?.items[0]).toMatchObject({ available: 3, held: 7 })
  await until('the cart to lapse', async () => (await expireHolds(shop, sale.id)) === 1)
  expect(await expireHolds(shop, sale.id)).toBe(0)
  expect((await readLive(shop, sale))?.items[0]).toMatchObject({ available: 7, held: 3 })
  expect(await findCart(shop, { sale, buyerId: lapses })).toEqual({ ok: false, reason: 'not_found' })
  expect(await expectSound(shop, sale.id)).toMatchObject({ held: 3, free: 7 })
})

test('I8: a lapsed cart can no longer be ordered, and its buyer can fill a new one', async () => {
  const sale = await mintSale(shop, { allocation: 1, holdSeconds: 1 })
  const mine = { sale, buyerId: newBuyerId() }
  await hold(shop, sale, mine)
  await until('the cart to lapse', async () => !(await findCart(shop, mine)).ok)
  const late = await order(shop, { ...mine, idempotencyKey: 'key-00000001', checkout })
  expect(late).toEqual({ ok: false, reason: 'hold_expired' })
  expect((await hold(shop, sale, mine)).lines[0]?.units).toEqual([1])
  expect(await expectSound(shop, sale.id)).toMatchObject({ held: 1, free: 0 })
})

test('I8: a cart that was ordered in its last moment never lapses', async () => {
  const sale = await mintSale(shop, { allocation: 2, holdSeconds: 1 })
  const [orders, lapses] = [newBuyerId(), newBuyerId()]
  await hold(shop, sale, { buyerId: orders })
  await hold(shop, sale, { buyerId: lapses })
  granted(
    await decided(shop, {
      sale,
      buyerId: orders,
      idempotencyKey: 'key-00000001',
      checkout: checkoutOf(orders),
    }),
  )
  await until('the other cart to lapse', async () => (await expireHolds(shop, sale.id)) === 1)
  expect(await expectSound(shop, sale.id)).toMatchObject({ unpaid: 1, free: 1 })
})

test('I8: thousands of carts that lapse at once are free again in bounded script calls (fault 38)', async () => {
  const crowd = sized(10_000, 50_000)
  const sale = await mintSale(shop, { allocation: crowd, holdSeconds: 5 })
  const itemId = itemOf(sale)
  const buyers = newBuyers(crowd)
  for (let from = 0; from < crowd; from += 1_000) {
    const part = buyers.slice(from, from + 1_000)
    const tried = await Promise.all(
      part.map((buyerId) => reserve(shop, { sale, buyerId, itemId, quantity: 1 })),
    )
    expect(tallyOf(tried)).toEqual({ ok: part.length })
  }
  const { due, holds } = saleKeys(sale.id)
  const last = Number((await shop.redis.zrange(due, -1, -1, { withScores: true }))[1])
  await until('the last deadline', async () => Number((await shop.redis.time())[0]) * 1000 > last)
  // Somebody who reserves at this moment pays for a bounded part of the cleaning at most.
  expect((await reserve(shop, { sale, buyerId: newBuyerId(), itemId, quantity: 1 })).ok).toBe(true)
  expect(await shop.redis.hlen(holds)).toBe(crowd - config.hold.reclaimPerReserve + 1)
  let calls = 0
  shop.redis.use((request, next) => {
    calls += 1
    return next(request)
  })
  expect(await expireHolds(shop, sale.id)).toBe(crowd - config.hold.reclaimPerReserve)
  expect(calls).toBeLessThanOrEqual(crowd / config.hold.reclaimPerSweep + 1)
  expect(await expectSound(shop, sale.id)).toMatchObject({ free: crowd - 1, held: 1 })
})
