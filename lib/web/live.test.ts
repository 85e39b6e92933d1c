import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  cards,
  checkout,
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
import { reserve } from '../holds/reserve'
import { order } from '../orders/order'
import { pay } from '../payments/pay'
import { callEndpoint } from './endpoint'
import { reserveEndpoint } from './endpoints/carts'
import { answerLive, currentLive } from './live'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.close())

const nobody = { buyerId: undefined, via: 'nobody', address: '127.0.0.1', origin: null } as const

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
      const seen = await currentLive(shop, sale)
      return seen?.items[0]?.held === 2 && seen
    })
    expect(live.items[0]).toMatchObject({ available: 0, held: 2, sold: 0, state: 'empty_now' })
  })

  test('an unknown sale is not_found', async () => {
    expect((await answerLive(shop, 'no-such-sale')).status).toBe(404)
  })
})

test('sold through is answered from process memory: a thousand refusals, no script', async () => {
  const sale = await mintSale(shop, { allocation: 1 })
  const [first = '', second = ''] = newBuyers(2)
  await reserve(shop, { sale, buyerId: first, itemId: itemOf(sale), quantity: 1 })
  const placed = await order(shop, { sale, buyerId: first, idempotencyKey: 'sold-through', checkout })
  if (!placed.ok) throw new Error(placed.reason)
  await pay(shop, { order: await orderRecord(shop, placed.value.id), card: cards.pays })
  const sold = await until('sold through to show', async () => {
    const seen = await currentLive(shop, sale)
    return seen?.items[0]?.state === 'sold_through'
  })
  expect(sold).toBe(true)
  const raw = {
    params: { slug: sale.slug, itemId: itemOf(sale) },
    readBody: async () => ({ ok: true as const, value: { quantity: 1 } }),
    query: {},
    header: () => undefined,
    cookie: () => undefined,
  }
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
