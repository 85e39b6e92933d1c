import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createRedis } from '../db/redis'
import { config } from '../lib/config'
import type { Context } from '../lib/context'
import { cartSchema, problemSchema } from '../lib/contract'
import { reserveScript } from '../lib/holds/reserve.lua'
import { newBuyer } from '../lib/web/identity'
import { serveForTests } from '../scripts/rush/serve-for-tests'
import { type Fault, startRestGateway } from './rest-gateway'
import { checkout, itemOf, mintSale, openShop, type Shop } from './shop'
import { expectSound } from './sound'
import { testRedisUrl } from './stores'

/** The shop over HTTP on a Redis over HTTP, which can answer with what is none of Redis' answers. */
let shop: Shop
let gateway: Awaited<ReturnType<typeof startRestGateway>>
let served: Awaited<ReturnType<typeof serveForTests>>
let calm: Context
beforeAll(async () => {
  shop = await openShop()
  const token = 'a-token-for-tests'
  gateway = await startRestGateway({ redisUrl: testRedisUrl(), token })
  calm = { ...shop, redis: createRedis({ redisUrl: testRedisUrl() }) }
  served = await serveForTests({ ...shop, redis: createRedis({ restUrl: gateway.url, restToken: token }) })
})
afterEach(() => void gateway.faults.splice(0))
afterAll(async () => {
  await served.close()
  await gateway.close()
  await shop.close()
})

type Buyer = ReturnType<typeof newBuyer>
type Call = { method: string; path: string; body?: object; headers?: Record<string, string> }

async function send(buyer: Buyer, { method, path, body, headers }: Call) {
  const response = await fetch(`${served.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${buyer.token}`, 'content-type': 'application/json', ...headers },
    ...(body && { body: JSON.stringify(body) }),
  })
  return { status: response.status, json: (await response.json()) as unknown, headers: response.headers }
}

async function openSale() {
  const sale = await mintSale(calm)
  const buyer = newBuyer(shop.env.APP_SECRET)
  const items = `/sales/${sale.slug}/cart/items/${itemOf(sale)}`
  return {
    sale,
    reserve: (quantity: number) => send(buyer, { method: 'PUT', path: items, body: { quantity } }),
    calls: [
      { method: 'PUT', path: items, body: { quantity: 3 } },
      { method: 'DELETE', path: `/sales/${sale.slug}/cart` },
      { method: 'POST', path: `/sales/${sale.slug}/cart/extension` },
      {
        ...{ method: 'POST', path: `/sales/${sale.slug}/orders`, body: checkout },
        headers: { 'idempotency-key': 'key-00000001' },
      },
      { method: 'GET', path: `/sales/${sale.slug}/cart` },
    ].map((call) => () => send(buyer, call)),
  }
}

/** Nobody knows: the right status and reason, when to come back, and nothing of the store's own words. */
function expectTryAgain(answer: Awaited<ReturnType<typeof send>>) {
  expect(answer.status).toBe(503)
  expect(problemSchema.parse(answer.json)).toMatchObject({ reason: 'try_again' })
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(JSON.stringify(answer.json)).not.toMatch(/gateway|limit exceeded|internal error|eval/i)
}

const isScript = (command: (string | number)[]) => /^eval/i.test(String(command[0]))
const isReserve = (command: (string | number)[]) =>
  command.includes(reserveScript.sha) || command.includes(reserveScript.source)

const faults = ['status_429', 'status_500', 'html'] as const satisfies Fault['do'][]

describe.each(faults)('18: a REST Redis that answers %s', (fault) => {
  test('a few times: what says how things should be is asked again, and done once (I5)', async () => {
    const { sale, reserve } = await openSale()
    gateway.faults.push({ when: isReserve, do: fault, times: config.redis.attempts - 1 })
    const answer = await reserve(2)
    expect(answer.status).toBe(200)
    expect(cartSchema.parse(answer.json)).toMatchObject({ version: 1, lines: [{ units: [1, 2] }] })
    expect(await expectSound(calm, sale.id)).toMatchObject({ held: 2, free: 8 })
  })

  test('and does not stop: nobody is told yes, nothing happens, and it goes on by itself (I16)', async () => {
    const { sale, reserve, calls } = await openSale()
    expect((await reserve(2)).status).toBe(200)
    gateway.faults.push({ when: isScript, do: fault })
    for (const answer of await Promise.all(calls.map((call) => call()))) expectTryAgain(answer)
    expect(await expectSound(calm, sale.id)).toMatchObject({ held: 2, free: 8 })
    gateway.faults.splice(0)
    expect((await reserve(1)).status).toBe(200)
    expect(await expectSound(calm, sale.id)).toMatchObject({ held: 1, free: 9 })
  })
})

const isLimiter = (command: (string | number)[]) => command.some((word) => /^limit:/.test(String(word)))

describe.each(['delay', 'status_429', 'drop_reply'] as const)(
  '37: the limiter alone meets %s, made to on purpose',
  (fault) => {
    test('nobody passes unlimited: everything that changes something is refused, and nothing happens', async () => {
      const { sale, reserve, calls } = await openSale()
      expect((await reserve(2)).status).toBe(200)
      // Longer than the limiter waits for its verdict, while every other command is answered at once.
      gateway.faults.push({ when: isLimiter, do: fault, ms: 2_000 })
      for (const answer of await Promise.all(calls.map((call) => call()))) expectTryAgain(answer)
      expect(await expectSound(calm, sale.id)).toMatchObject({ held: 2, free: 8 })
      gateway.faults.splice(0)
      expect((await reserve(1)).status).toBe(200)
    })
  },
)
