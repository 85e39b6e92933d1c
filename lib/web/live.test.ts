import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freeScoresPerItem, saleKeys } from '../../db/keys'
import { units } from '../../db/schema'
import { bought } from '../../tests/purchase'
import {
  cards,
  checkoutOf,
  itemOf,
  mintSale,
  newBuyers,
  openShop,
  orderRecord,
  type Shop,
  until,
} from '../../tests/shop'
import { config } from '../config'
import { liveSchema } from '../contract'
import { release } from '../holds/release'
import { reserve } from '../holds/reserve'
import { order } from '../orders/order'
import { pay } from '../payments/pay'
import type { SaleRecord } from '../sales/record'
import { callEndpoint } from './endpoint'
import { reserveEndpoint } from './endpoints/carts'
import { answerLive } from './live'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.close())

const nobody = { buyerId: undefined, via: 'nobody', address: '127.0.0.1', origin: null } as const

const liveOf = async (slug: string) => liveSchema.parse(JSON.parse((await answerLive(shop, slug)).body))

/** Counts what this process sends to Redis from now on: the server's own counters see other test files too. */
function countCommands(): { sent: number } {
  const { client } = shop.redis as unknown as { client: { request: (...all: unknown[]) => unknown } }
  const counter = { sent: 0 }
  const request = client.request.bind(client)
  client.request = (...all) => {
    counter.sent++
    return request(...all)
  }
  return counter
}

describe('live', () => {
  test('10,000 polls in a second cost what the background reader costs, not a command each', async () => {
    const sale = await mintSale(shop)
    await answerLive(shop, sale.slug)
    const commands = countCommands()
    const startedAt = performance.now()
    for (let i = 0; i < 10_000; i++) expect((await answerLive(shop, sale.slug)).status).toBe(200)
    const readings = Math.ceil((performance.now() - startedAt) / config.live.refreshMs) + 1
    expect(commands.sent).toBeLessThanOrEqual(readings)
  })

  test('a thousand first polls at once share one reading', async () => {
    const sale = await mintSale(shop)
    const commands = countCommands()
    const answers = await Promise.all(Array.from({ length: 1_000 }, () => answerLive(shop, sale.slug)))
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1)
    // One for this sale; the sales of the tests before are still kept fresh meanwhile.
    expect(commands.sent).toBeGreaterThan(0)
    expect(commands.sent).toBeLessThanOrEqual(5)
  })

  test('a poll has the declared shape and may be kept by a CDN for a second, without a cookie', async () => {
    const sale = await mintSale(shop, { allocation: 5 })
    const answer = await answerLive(shop, sale.slug)
    expect(answer.headers['cache-control']).toContain('s-maxage=1')
    expect(answer.headers).not.toHaveProperty('set-cookie')
    const live = liveSchema.parse(JSON.parse(answer.body))
    expect(live).toMatchObject({
      phase: 'open',
      items: [{ available: 5, held: 0, sold: 0, state: 'available' }],
    })
  })

  test('counts follow a hold: held = allocation − free − sold', async () => {
    const sale = await mintSale(shop, { allocation: 2 })
    const [buyerId = ''] = newBuyers(1)
    await reserve(shop, { sale, buyerId, itemId: itemOf(sale), quantity: 2 })
    const live = await until('the hold to show', async () => {
      const seen = await liveOf(sale.slug)
      return seen.items[0]?.held === 2 && seen
    })
    expect(live.items[0]).toMatchObject({ available: 0, held: 2, sold: 0, state: 'empty_now' })
  })

  test('an unknown sale is not_found', async () => {
    expect((await answerLive(shop, 'no-such-sale')).status).toBe(404)
  })
})

/** A wish for one unit. */
const callFor = (sale: SaleRecord) => ({
  params: { slug: sale.slug, itemId: itemOf(sale) },
  readBody: async () => ({ ok: true as const, value: { quantity: 1 } }),
  query: {},
  header: () => undefined,
  cookie: () => undefined,
})

test('sold through is answered from process memory: a thousand refusals, no script', async () => {
  const sale = await mintSale(shop, { allocation: 1 })
  const [first = '', second = ''] = newBuyers(2)
  await reserve(shop, { sale, buyerId: first, itemId: itemOf(sale), quantity: 1 })
  const placed = await order(shop, {
    sale,
    buyerId: first,
    idempotencyKey: 'sold-through',
    checkout: checkoutOf(first),
  })
  if (!placed.ok) throw new Error(placed.reason)
  await pay(shop, { order: await orderRecord(shop, placed.value.id), card: cards.pays })
  const sold = await until('sold through to show', async () => {
    const seen = await liveOf(sale.slug)
    return seen.items[0]?.state === 'sold_through'
  })
  expect(sold).toBe(true)
  const raw = callFor(sale)
  const caller = { ...nobody, buyerId: second }
  const commands = countCommands()
  const startedAt = performance.now()
  // Far beyond the limit of one identity: the answer comes before the limiter is asked.
  for (let i = 0; i < 1_000; i++) {
    expect(await callEndpoint(shop, reserveEndpoint, caller, raw)).toMatchObject({ reason: 'sold_through' })
  }
  const readings = Math.ceil((performance.now() - startedAt) / config.live.refreshMs) + 1
  // A background reading for this sale, and for the ones that the tests before still keep fresh.
  expect(commands.sent).toBeLessThanOrEqual(readings * 5)
})

test('a sold-through flag in process memory gives way when a unit is free after all (fault 37)', async () => {
  const sale = await mintSale(shop, { allocation: 1 })
  const { id, buyerId } = await bought(shop, sale)
  const call = callFor(sale)
  const caller = { ...nobody, buyerId: newBuyers(1)[0] }
  await until('sold through to show', async () => {
    const seen = await liveOf(sale.slug)
    return seen.items[0]?.state === 'sold_through'
  })
  expect(await callEndpoint(shop, reserveEndpoint, caller, call)).toMatchObject({ reason: 'sold_through' })
  // As a refund leaves it whose unit goes back on sale.
  const { items, free, bought: counts } = saleKeys(sale.id)
  await shop.db.update(units).set({ orderId: null }).where(eq(units.orderId, id))
  await shop.redis.hset(items, { [`${itemOf(sale)}:sold`]: 0 })
  await shop.redis.hdel(counts, `${buyerId}:${itemOf(sale)}`)
  await shop.redis.zadd(free, { score: freeScoresPerItem, member: '1:1' })
  const got = await until('the flag to give way', async () => {
    const tried = await callEndpoint(shop, reserveEndpoint, caller, call)
    return tried.ok && tried.value
  })
  expect(got.lines[0]?.units).toEqual([1])
})

test('"all held" in process memory keeps nobody from a unit that was released a moment ago (fault 37)', async () => {
  const sale = await mintSale(shop, { allocation: 1 })
  const [first = '', second = ''] = newBuyers(2)
  await reserve(shop, { sale, buyerId: first, itemId: itemOf(sale), quantity: 1 })
  await until('all held to show', async () => {
    const seen = await liveOf(sale.slug)
    return seen.items[0]?.state === 'empty_now'
  })
  await release(shop, { sale, buyerId: first })
  expect((await callEndpoint(shop, reserveEndpoint, { ...nobody, buyerId: second }, callFor(sale))).ok).toBe(
    true,
  )
})
