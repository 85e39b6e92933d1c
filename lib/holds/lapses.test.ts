import { afterAll, beforeAll, expect, test } from 'vitest'
import { saleKeys } from '../../db/keys'
import { bought, granted, hold, payFor, placed } from '../../tests/purchase'
import {
  itemOf,
  makeHoldDue,
  makeOverdue,
  mintSale,
  newBuyers,
  openShop,
  orderRecord,
  reload,
  type Shop,
} from '../../tests/shop'
import { expectSound } from '../../tests/sound'
import { config } from '../config'
import { newBuyerId } from '../id'
import { cancelOrder, expireOrders } from '../orders/end'
import { newMemory, reconcile } from '../repairs/reconcile'
import type { Result } from '../result'
import type { SaleRecord } from '../sales/record'
import { expireHolds } from './expire'
import { release } from './release'
import { reserve } from './reserve'

let shop: Shop
let twin: Shop
beforeAll(async () => {
  shop = await openShop()
  twin = await openShop({ DATABASE_URL: shop.databaseUrl })
})
afterAll(() => Promise.all([shop.close(), twin.close()]))

const tryOne = (sale: SaleRecord, buyerId: string) =>
  reserve(shop, { sale, buyerId, itemId: itemOf(sale), quantity: 1 })

/** How many holds of a buyer lapsed, and until when that makes them wait, on the sale's clock. */
async function lapsesOf(sale: SaleRecord, buyerId: string) {
  const text = (await shop.redis.hget(saleKeys(sale.id).lapses, buyerId)) as string | null
  const [count = 0, untilMs = 0] = (text ?? '').split(':').map(Number)
  return { count, untilMs }
}

/** As if the wait were over. */
async function letWaitPass(sale: SaleRecord, buyerId: string) {
  const { count } = await lapsesOf(sale, buyerId)
  await shop.redis.hset(saleKeys(sale.id).lapses, { [buyerId]: `${count}:1` })
}

const waitOf = (result: Result<unknown>) => {
  expect(result).toMatchObject({ ok: false, reason: 'too_many_requests', cause: 'carts_lapsed' })
  return (!result.ok && result.retryAfterSeconds) || 0
}

test('the first cart that lapses costs nobody anything; with each further one the wait grows (attack 18)', async () => {
  const sale = await mintSale(shop)
  const buyerId = newBuyerId()
  const { coolDownSeconds } = config.hold
  expect(coolDownSeconds[0]).toBe(0)
  for (const [nth, seconds] of [...coolDownSeconds, coolDownSeconds.at(-1) ?? 0].entries()) {
    const { deadline } = await hold(shop, sale, { buyerId })
    expect(Date.parse(deadline)).toBeGreaterThan(0)
    await makeHoldDue(shop, sale.id, buyerId)
    const lapsedAt = Number((await shop.redis.zscore(saleKeys(sale.id).due, buyerId)) ?? 0)
    // The worker finds every other one, and the buyer's own next wish the rest.
    if (nth % 2) expect(await expireHolds(shop, sale.id)).toBe(1)
    const next = await tryOne(sale, buyerId)
    if (seconds > 0) {
      expect(waitOf(next)).toBeGreaterThan(0)
      expect(waitOf(await tryOne(sale, buyerId))).toBeLessThanOrEqual(seconds)
      expect(await lapsesOf(sale, buyerId)).toEqual({ count: nth + 1, untilMs: lapsedAt + seconds * 1000 })
      await letWaitPass(sale, buyerId)
    } else expect(next.ok).toBe(true)
  }
  expect((await tryOne(sale, newBuyerId())).ok, 'others do not wait').toBe(true)
  await expectSound(shop, sale.id)
})

test('I5: a hold lapses once, however many workers, buyers and repeats find it at the same time', async () => {
  const sale = await mintSale(shop, { allocation: 1 })
  const buyerId = newBuyerId()
  await hold(shop, sale, { buyerId })
  await makeHoldDue(shop, sale.id, buyerId)
  await Promise.all([
    ...Array.from({ length: 10 }, (_, i) => expireHolds(i % 2 ? shop : twin, sale.id)),
    ...newBuyers(10).map((each) => tryOne(sale, each)),
    ...Array.from({ length: 10 }, () => tryOne(sale, buyerId)),
  ])
  expect((await lapsesOf(sale, buyerId)).count).toBe(1)
  expect(await expectSound(shop, sale.id)).toMatchObject({ held: 1, free: 0 })
})

test('cancelling an order to take the same unit again is slowed down from the second time on (attack 19)', async () => {
  const sale = await mintSale(shop)
  const buyerId = newBuyerId()
  for (const key of ['key-00000001', 'key-00000002']) {
    const { id } = await placed(shop, sale, { buyerId, key })
    const record = await orderRecord(shop, id)
    await Promise.all(Array.from({ length: 5 }, () => cancelOrder(shop, record)))
  }
  expect((await lapsesOf(sale, buyerId)).count).toBe(2)
  expect(waitOf(await tryOne(sale, buyerId))).toBeLessThanOrEqual(config.hold.coolDownSeconds[1] ?? 0)
  // Both orders were made from one hold's time: when that is over, it has been counted already.
  await makeHoldDue(shop, sale.id, buyerId)
  expect(await expireHolds(shop, sale.id)).toBe(1)
  expect((await lapsesOf(sale, buyerId)).count).toBe(2)
  expect(await expectSound(shop, sale.id)).toMatchObject({ free: 10 })
})

test('a cart that is emptied a moment before its end counts as lapsed, and adding again extends nothing (attack 19)', async () => {
  const sale = await mintSale(shop)
  const mine = { sale, buyerId: newBuyerId() }
  for (let time = 1; time <= 2; time++) {
    const first = await hold(shop, sale, { ...mine, quantity: 5 })
    granted(await release(shop, mine))
    expect((await hold(shop, sale, { ...mine, quantity: 5 })).deadline).toBe(first.deadline)
    granted(await release(shop, mine))
    await makeHoldDue(shop, sale.id, mine.buyerId)
    expect(await expireHolds(shop, sale.id)).toBe(1)
    expect((await lapsesOf(sale, mine.buyerId)).count).toBe(time)
  }
  expect(waitOf(await tryOne(sale, mine.buyerId))).toBeGreaterThan(0)
})

test('orders that nobody pays count, and a purchase makes up for all that lapsed', async () => {
  const sale = await mintSale(shop)
  const buyerId = newBuyerId()
  for (const key of ['key-00000001', 'key-00000002']) {
    const { id } = await placed(shop, sale, { buyerId, key })
    await makeOverdue(shop, id)
    expect(await expireOrders(shop, sale.id)).toBe(1)
  }
  expect(waitOf(await tryOne(sale, buyerId))).toBeGreaterThan(0)
  await letWaitPass(sale, buyerId)
  await bought(shop, sale, { buyerId, key: 'key-00000003' })
  expect(await lapsesOf(sale, buyerId)).toEqual({ count: 0, untilMs: 0 })
  expect((await tryOne(sale, buyerId)).ok).toBe(true)
})

test('an order that the ledger refused is not held against its buyer', async () => {
  const sale = await mintSale(shop, { limit: 1 })
  const { buyerId } = await bought(shop, sale)
  await shop.redis.del(saleKeys(sale.id).bought)
  await expect(placed(shop, sale, { buyerId, key: 'key-00000002' })).rejects.toThrow('rejected')
  expect((await lapsesOf(sale, buyerId)).count).toBe(0)
})

test('a wait stands still with the sale, and takes no time from a cart', async () => {
  const sale = await mintSale(shop)
  const buyerId = newBuyerId()
  for (let time = 1; time <= 2; time++) {
    await hold(shop, sale, { buyerId })
    await makeHoldDue(shop, sale.id, buyerId)
    await expireHolds(shop, sale.id)
  }
  const before = waitOf(await tryOne(sale, buyerId))
  // As a pause of an hour that has just ended leaves it.
  await shop.redis.hincrby(saleKeys(sale.id).state, 'pausedMs', 3_600_000)
  expect(waitOf(await tryOne(sale, buyerId))).toBeGreaterThan(before + 3_500)
})

test('a Redis that is lost takes the waits with it, and nothing else of this', async () => {
  const before = await mintSale(shop)
  const buyerId = newBuyerId()
  for (let time = 1; time <= 2; time++) {
    await hold(shop, before, { buyerId })
    await makeHoldDue(shop, before.id, buyerId)
    await expireHolds(shop, before.id)
  }
  expect(waitOf(await tryOne(before, buyerId))).toBeGreaterThan(0)
  const unpaid = await placed(shop, before)
  await shop.redis.del(...Object.values(saleKeys(before.id)))
  expect(await reconcile(shop, before.id, newMemory())).toMatchObject({ rebuilt: true })
  const sale = await reload(shop, before.id)
  expect((await tryOne(sale, buyerId)).ok).toBe(true)
  expect(await payFor(shop, unpaid.id)).toEqual({ state: 'paid' })
  expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 1, held: 1, free: 8 })
})
