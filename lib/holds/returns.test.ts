import { afterAll, beforeAll, expect, test } from 'vitest'
import { freeScoresPerItem, saleKeys } from '../../db/keys'
import { bought, granted, hold, placed, tallyOf } from '../../tests/purchase'
import {
  itemOf,
  makeHoldDue,
  mintSale,
  newBuyers,
  openShop,
  orderRecord,
  type Shop,
  until,
} from '../../tests/shop'
import { expectSound } from '../../tests/sound'
import { config } from '../config'
import { newBuyerId } from '../id'
import { cancelOrder } from '../orders/end'
import { readLive } from '../sales/live'
import type { SaleRecord } from '../sales/record'
import { expireHolds } from './expire'
import { release } from './release'
import { reserve } from './reserve'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.close())

/** Long enough that nothing becomes ready while a test runs, and as long as a real one. */
const slow = 3_600_000
const real = config.hold.returnMs

const tryOne = (sale: SaleRecord, buyerId = newBuyerId()) =>
  reserve(shop, { sale, buyerId, itemId: itemOf(sale), quantity: 1 })

const stateOf = async (sale: SaleRecord) => (await readLive(shop, sale))?.items[0]

/** From when on each returned unit of the first item can be had, in ms, by number. */
async function readyTimes(sale: SaleRecord): Promise<Map<number, number>> {
  const flat = (await shop.redis.zrange(saleKeys(sale.id).free, 0, -1, { withScores: true })) as unknown[]
  return new Map(
    flat.flatMap((member, i) =>
      i % 2 === 0
        ? [[Number(String(member).split(':')[1]), Number(flat[i + 1]) - freeScoresPerItem] as const]
        : [],
    ),
  )
}

test('whoever lets go of the last unit can’t hand it on: nobody gets it before its moment, then exactly one does', async () => {
  const sale = await mintSale(shop, { allocation: 1, returnMs: real })
  const mine = { sale, buyerId: newBuyerId() }
  await hold(shop, sale, mine)
  const gone = granted(await release(shop, mine))
  const ready = (await readyTimes(sale)).get(1) ?? 0
  const tries = await until('somebody to get it', async () => {
    const tried = await Promise.all(newBuyers(10).map((each) => tryOne(sale, each)))
    return tried.some(({ ok }) => ok) && tried
  })
  expect(tallyOf(tries), 'never sold through').toEqual({ ok: 1, empty_now: 9 })
  for (const got of tries) if (got.ok) expect(Date.parse(got.value.now)).toBeGreaterThanOrEqual(ready)
  expect(ready - Date.parse(gone.now)).toBeGreaterThanOrEqual(real / 4)
  expect(await expectSound(shop, sale.id)).toMatchObject({ held: 1, free: 0 })
})

test('negative control: without the delay the accomplice has it', async () => {
  const sale = await mintSale(shop, { allocation: 1, returnMs: 0 })
  const mine = { sale, buyerId: newBuyerId() }
  await hold(shop, sale, mine)
  granted(await release(shop, mine))
  expect((await tryOne(sale)).ok).toBe(true)
})

test('when a unit can be had again differs from hold to hold, between a quarter and all of the delay', async () => {
  const sale = await mintSale(shop, { allocation: 40, returnMs: slow })
  const delays = await Promise.all(
    newBuyers(40).map(async (buyerId) => {
      const [number = 0] = (await hold(shop, sale, { buyerId })).lines[0]?.units ?? []
      const { now } = granted(await release(shop, { sale, buyerId }))
      return ((await readyTimes(sale)).get(number) ?? 0) - Date.parse(now)
    }),
  )
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(slow / 4)
  expect(Math.max(...delays)).toBeLessThanOrEqual(slow)
  expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(slow / 4)
  expect(new Set(delays).size).toBeGreaterThan(35)
})

test('I7: a unit that waits is free and not leaked, counts as held for shoppers, and is never sold out', async () => {
  const sale = await mintSale(shop, { allocation: 2, returnMs: slow })
  await bought(shop, sale)
  const last = await placed(shop, sale)
  await cancelOrder(shop, await orderRecord(shop, last.id))
  expect(await stateOf(sale)).toMatchObject({ available: 0, held: 1, sold: 1, state: 'empty_now' })
  expect(await tryOne(sale)).toMatchObject({ reason: 'empty_now' })
  expect(await expectSound(shop, sale.id)).toMatchObject({ free: 1, held: 0, paid: 1 })
  const { free } = saleKeys(sale.id)
  await shop.redis.zadd(free, { score: freeScoresPerItem + 1, member: '1:2' })
  expect(await stateOf(sale)).toMatchObject({ available: 1, held: 0, sold: 1, state: 'available' })
  expect((await tryOne(sale)).ok).toBe(true)
})

test('a buyer who takes less and then the same again has the same units, whoever waits for them', async () => {
  const sale = await mintSale(shop, { allocation: 3, returnMs: slow })
  const mine = { sale, buyerId: newBuyerId(), itemId: itemOf(sale) }
  const before = granted(await reserve(shop, { ...mine, quantity: 3 }))
  granted(await reserve(shop, { ...mine, quantity: 1 }))
  expect(await tryOne(sale)).toMatchObject({ reason: 'empty_now' })
  expect(granted(await reserve(shop, { ...mine, quantity: 2 })).lines[0]?.quantity).toBe(2)
  expect(granted(await reserve(shop, { ...mine, quantity: 3 })).lines).toEqual(before.lines)
  granted(await release(shop, mine))
  expect(await tryOne(sale)).toMatchObject({ reason: 'empty_now' })
  expect(granted(await reserve(shop, { ...mine, quantity: 3 }))).toMatchObject({
    lines: before.lines,
    deadline: before.deadline,
  })
  expect(await expectSound(shop, sale.id)).toMatchObject({ held: 3, free: 0 })
})

test('I1: what somebody else has taken meanwhile is no longer the buyer’s own', async () => {
  const sale = await mintSale(shop, { allocation: 2, returnMs: slow })
  const mine = { sale, buyerId: newBuyerId(), itemId: itemOf(sale) }
  granted(await reserve(shop, { ...mine, quantity: 2 }))
  granted(await reserve(shop, { ...mine, quantity: 1 }))
  await shop.redis.zadd(saleKeys(sale.id).free, { score: freeScoresPerItem + 1, member: '1:2' })
  const other = { ...mine, buyerId: newBuyerId() }
  expect(granted(await reserve(shop, { ...other, quantity: 1 })).lines[0]?.units).toEqual([2])
  expect(await reserve(shop, { ...mine, quantity: 2 })).toMatchObject({ reason: 'empty_now' })
  // Nor does it become so again when that one lets go of it.
  granted(await release(shop, other))
  expect(await reserve(shop, { ...mine, quantity: 2 })).toMatchObject({ reason: 'empty_now' })
  expect(await expectSound(shop, sale.id)).toMatchObject({ held: 1, free: 1 })
})

test('I8: the delay of a lapsed cart begins at its deadline, not when somebody finds it', async () => {
  const sale = await mintSale(shop, { allocation: 2, returnMs: real })
  const [early, late] = newBuyers(2)
  for (const buyerId of [early, late]) await hold(shop, sale, { buyerId: buyerId ?? '' })
  await makeHoldDue(shop, sale.id, early ?? '', 2 * real)
  expect((await tryOne(sale)).ok, 'at once, and no process has to run for it').toBe(true)
  await makeHoldDue(shop, sale.id, late ?? '', 2 * real)
  expect(await expireHolds(shop, sale.id)).toBe(1)
  expect(await stateOf(sale)).toMatchObject({ available: 1, held: 1 })
  expect(await expectSound(shop, sale.id)).toMatchObject({ held: 1, free: 1 })
})
