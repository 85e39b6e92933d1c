import { afterAll, beforeAll, expect, test } from 'vitest'
import { config } from '../lib/config'
import { join } from '../lib/rooms/join'
import { paceRoom } from '../lib/rooms/pace'
import { controlSale } from '../lib/sales/control'
import { readLive } from '../lib/sales/live'
import type { SaleRecord } from '../lib/sales/record'
import { callEndpoint } from '../lib/web/endpoint'
import { challengeEndpoint } from '../lib/web/endpoints/proofs'
import { admitEndpoint, joinEndpoint } from '../lib/web/endpoints/rooms'
import { type Caller, newBuyer } from '../lib/web/identity'
import { limiterOf } from '../lib/web/limiter'
import { answerLive } from '../lib/web/live'
import { answerSession } from '../lib/web/session'
import { resetStores, startStore } from '../scripts/stores'
import { granted } from './purchase'
import { mintSale, openShop, reload, type Shop } from './shop'
import { sized } from './size'

/** A Redis that nobody else uses, because its keys and commands are counted. */
const dir = `.data/test/${process.pid}-room`
let shop: Shop
beforeAll(async () => {
  const { url } = await startStore('redis', { dir, durable: false })
  // No network is trusted, so each joiner is counted by the limits of its network too.
  shop = await openShop({ REDIS_URL: url, TRUSTED_NETWORKS: '', CAPTCHA_COST: '1' })
})
afterAll(async () => {
  await shop.close()
  await resetStores(dir)
})

const anHour = 3_600_000
const toCome = { opensAt: new Date(Date.now() + 10 * anHour), closesAt: new Date(Date.now() + 20 * anHour) }

const asExpected = JSON.stringify({ session: 200, challenge: true, unproven: 'captcha_failed' })

type Joiner = Caller & { buyerId: string }

/** A buyer in a network of their own. */
function newJoiner(index: number): Joiner {
  const { buyerId } = newBuyer(shop.env.APP_SECRET)
  const address = `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`
  return { buyerId, via: 'bearer', address, origin: null }
}

const input = (sale: SaleRecord, body?: unknown) => ({
  params: { slug: sale.slug },
  readBody: async () => ({ ok: true as const, value: body }),
  query: {},
  header: () => undefined,
  cookie: () => undefined,
})

const pollOf = (sale: SaleRecord, joiner: Joiner, ticket: string) =>
  callEndpoint(shop, admitEndpoint, joiner, input(sale, { ticket }))

/**
 * All that one joiner makes of the shop: an identity, a challenge, the call that joins with its guards and limits, the
 * place, and a look at it. Only the solution is left out, which no store hears of: a million would take a core for days.
 */
async function joinAs(sale: SaleRecord, joiner: Joiner): Promise<string> {
  const headers = new Headers({ 'x-client-address': joiner.address })
  const session = await answerSession(shop, { url: '', headers, body: null })
  const challenge = await callEndpoint(shop, challengeEndpoint, joiner, input(sale))
  const unproven = await callEndpoint(shop, joinEndpoint, joiner, input(sale, { captcha: 'x' }))
  const told = { session: session.status, challenge: challenge.ok, unproven: !unproven.ok && unproven.reason }
  if (JSON.stringify(told) !== asExpected) throw new Error(JSON.stringify(told))
  const { ticket } = granted(await join(shop, { sale, buyerId: joiner.buyerId }))
  granted(await pollOf(sale, joiner, ticket))
  return ticket
}

async function joinMany(sale: SaleRecord, from: number, count: number): Promise<void> {
  let begun = 0
  const startedAt = performance.now()
  const one = async () => {
    while (begun < count) {
      begun += 1
      if (begun % 100_000 === 0) {
        console.log(`${begun} joins after ${((performance.now() - startedAt) / 1000).toFixed(0)} s`)
      }
      await joinAs(sale, newJoiner(from + begun))
    }
  }
  await Promise.all(Array.from({ length: 100 }, one))
}

/** What every key in Redis takes, whoever made it. */
async function keysOfRedis(): Promise<{ key: string; bytes: number }[]> {
  const keys: string[] = []
  let cursor = '0'
  do {
    const [next, found] = await shop.redis.scan(cursor, { count: 1_000 })
    keys.push(...found)
    cursor = String(next)
  } while (cursor !== '0')
  return Promise.all(
    keys.map(async (key) => ({
      key,
      bytes: Number(await shop.redis.exec(['MEMORY', 'USAGE', key, 'SAMPLES', '0'])),
    })),
  )
}

/** How many commands Redis has run by its own count, apart from those that ask for it. */
async function commandsRun(): Promise<number> {
  const told = String(await shop.redis.exec(['INFO', 'commandstats']))
  return [...told.matchAll(/^cmdstat_(\S+):calls=(\d+)/gm)].reduce(
    (sum, [, name, calls]) => (name === 'info' ? sum : sum + Number(calls)),
    0,
  )
}

test('the memory of a room does not grow with its joiners: under 64 KB in Redis, the limits included', {
  timeout: 3 * anHour,
}, async () => {
  const joiners = sized(5_000, 1_000_000)
  const sale = await mintSale(shop, { room: true, ...toCome })
  await joinMany(sale, 0, joiners)
  await controlSale(shop, sale.id, { opensAt: new Date(Date.now() - 60_000), closesAt: toCome.closesAt })
  await paceRoom(shop, sale.id)
  const drawn = await reload(shop, sale.id)
  // A HyperLogLog counts within a percent or two.
  expect(Math.abs((drawn.room?.joiners ?? 0) - joiners)).toBeLessThan(0.03 * joiners)
  await joinMany(drawn, joiners, joiners / 10)
  const keys = await keysOfRedis()
  const bytes = keys.reduce((sum, each) => sum + each.bytes, 0)
  console.log(`${joiners + joiners / 10} joins: ${keys.length} keys with ${bytes} bytes`)
  expect(bytes).toBeLessThan(64 * 1024)
  expect(keys.map(({ key }) => key).filter((key) => !key.startsWith(`{sale:${sale.id}}:`))).toEqual([])
  // A limit that Redis keeps would be seen: it leaves a key for each buyer.
  const limited = limiterOf(shop)
  await Promise.all(Array.from({ length: 200 }, (_, index) => limited('reserve', newJoiner(index))))
  expect((await keysOfRedis()).length).toBeGreaterThan(keys.length + 100)
})

test('a poll costs no command of Redis, by its own count', async () => {
  const sale = await mintSale(shop, { room: true, ...toCome })
  const joiner = newJoiner(1)
  const ticket = await joinAs(sale, joiner)
  await answerLive(shop, sale.slug)
  const polls = sized(10_000, 100_000)
  const before = await commandsRun()
  const startedAt = performance.now()
  for (let poll = 0; poll < polls; poll += 2) {
    granted(await pollOf(sale, joiner, ticket))
    expect((await answerLive(shop, sale.slug)).status).toBe(200)
  }
  const readings = Math.ceil((performance.now() - startedAt) / config.live.refreshMs) + 2
  // A script and what it calls: what one reader in this process costs, however many poll.
  const perReading = await commandsOf(() => readLive(shop, sale))
  expect((await commandsRun()) - before).toBeLessThanOrEqual((readings + 2) * perReading)
  expect(readings * perReading, 'the bound says something').toBeLessThan(polls / 4)
})

async function commandsOf(run: () => Promise<unknown>): Promise<number> {
  const before = await commandsRun()
  await run()
  return (await commandsRun()) - before
}
