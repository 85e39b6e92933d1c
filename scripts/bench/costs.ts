import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { dirname } from 'node:path'
import type { Challenge } from '../../lib/contract'
import { reserve } from '../../lib/holds/reserve'
import { newBuyerId } from '../../lib/id'
import { deliverSandboxEvents } from '../../lib/payments/sandbox'
import { solve } from '../../lib/solve-challenge'
import { type CallKind, type Cost, type MeasuredCosts, measuredFile } from '../capacity/costs'
import { actionId } from './build'
import { type Called, type Caller, callAll, type Spent } from './calls'
import { canReadProcessorTime, processorMs } from './processor-time'
import { actionCall, get, http, json, reserveWish } from './requests'
import { checkout, openSale, openSoldSale, payingCard } from './sales'
import type { BenchShop } from './shop'

/** Buyers who go through every step: enough for figures within a few percent, and done in seconds. */
const buyers = 800
/** A rendered page takes a hundred times as long as a call. */
const pages = 160
/** A proof takes the better part of a second to make. Its own buyer may use it again. */
const proofs = { made: 6, usedEach: 18 }

const sumMs = ({ serverMs, redisMs, ledgerMs }: Spent) => serverMs + redisMs + ledgerMs

/** A lone call that takes longer than its parts work waits for something else meanwhile: a disk, a socket. */
const costOf = ({ lone, crowd }: Called): Cost => ({
  ...{ serverMs: crowd.serverMs, redisMs: crowd.redisMs, ledgerMs: crowd.ledgerMs },
  pauseMs: Math.max(0, lone.answerMs - sumMs(lone)),
})

/** The part of `more` beyond `less`; a measurement may put it a little below nothing. */
const beyond = (more: Cost, less: Cost): Cost => ({
  serverMs: Math.max(0, more.serverMs - less.serverMs),
  redisMs: Math.max(0, more.redisMs - less.redisMs),
  ledgerMs: Math.max(0, more.ledgerMs - less.ledgerMs),
  pauseMs: 0,
})

const bodyOf = <T>(called: Called) => called.answers.map(({ body }) => JSON.parse(body.toString()) as T)

/**
 * What each call of a sale costs the server, Redis and the ledger, as processor time that the system has counted for
 * each of them while a few hundred of that call ran and nothing else. Throughputs would not do: there server, stores and
 * the bench itself share the cores. Null where the system does not tell.
 */
export async function measureCosts(shop: Caller): Promise<MeasuredCosts | null> {
  if (!canReadProcessorTime) return null
  // The first time around much of it is slow because it is the first time.
  await measurePass(shop, 'bench-cold')
  return measurePass(shop, 'bench-costs')
}

async function measurePass(shop: Caller, slug: string): Promise<MeasuredCosts> {
  const { calls, ...rest } = await measurePurchases(shop, slug)
  const others = { ...(await measureRefusals(shop, slug)), ...(await measureRoom(shop, slug)) }
  return { calls: { ...calls, ...others }, ...rest }
}

async function measurePurchases(shop: Caller, slug: string) {
  const sale = await openSale(shop.ctx, slug, 4 * buyers)
  const everybody = Array.from({ length: buyers })
  const sessions = await callAll(
    shop,
    everybody.map(() => http({ method: 'POST', path: '/api/v1/session', body: '' })),
  )
  const tokens = bodyOf<{ token: string }>(sessions).map(({ token }) => token)
  const item = `${sale.api}/cart/items/${sale.itemId}`
  const page = await callAll(shop, Array(pages).fill(get(`/sales/${sale.slug}`)))
  const live = await callAll(shop, Array(buyers).fill(get(`${sale.api}/live`)))
  const reserves = await callAll(
    shop,
    tokens.map((token) => json('PUT', item, token, { quantity: 1 })),
  )
  const form = { slug: sale.slug, itemId: sale.itemId, quantity: '1' }
  const action = actionId('app/sales/[slug]/actions.ts', 'reserveAction')
  const actions = await callAll(
    shop,
    Array.from({ length: buyers / 2 }, actionCall(shop, `/sales/${sale.slug}`, action, form)),
  )
  const cookie = (token: string) => ({ Cookie: `buyer=${token}` })
  const checkoutPages = await callAll(
    shop,
    tokens
      .slice(0, pages)
      .map((token) => http({ method: 'GET', path: `/checkout?sale=${sale.slug}`, headers: cookie(token) })),
  )
  const claimsBefore = await countClaims(shop)
  const orders = await callAll(
    shop,
    tokens.map((token, at) => {
      const body = { ...checkout, email: `${at}@example.com` }
      return json('POST', `${sale.api}/orders`, token, body, { 'Idempotency-Key': 'bench-key-1' })
    }),
    [201, 202],
  )
  const ordersEachClaim = buyers / Math.max(1, (await countClaims(shop)) - claimsBefore)
  const placed = bodyOf<{ id: string; token: string }>(orders)
  const pays = await callAll(
    shop,
    placed.map(({ id }, at) =>
      json('POST', `/api/v1/orders/${id}/payments`, tokens[at] ?? '', { method: { card: payingCard } }),
    ),
  )
  const reads = await callAll(
    shop,
    placed.map(({ id }, at) =>
      http({
        ...{ method: 'GET', path: `/api/v1/orders/${id}` },
        headers: { Authorization: `Bearer ${tokens[at]}` },
      }),
    ),
  )
  const orderPages = await callAll(
    shop,
    placed.slice(0, pages).map(({ id, token }) => get(`/orders/${id}?t=${token}`)),
  )
  const { webhook, workerMs } = await measureWebhooks(shop)
  const { order, claim } = splitOrder(orders, ordersEachClaim)
  const reserved = costOf(reserves)
  const calls = {
    ...{ page: costOf(page), live: costOf(live), session: costOf(sessions), reserve: reserved },
    ...{ action: beyond(costOf(actions), reserved), checkoutPage: costOf(checkoutPages) },
    ...{ order, pay: costOf(pays), read: costOf(reads), orderPage: costOf(orderPages) },
    webhook,
  } satisfies Partial<Record<CallKind, Cost>>
  return { calls, claim, workerMs }
}

/**
 * A lone order has a claim to itself, one of a crowd shares it: what the two differ by, is what a claim takes however
 * many orders it has.
 */
function splitOrder({ lone, crowd }: Called, ordersEachClaim: number): { order: Cost; claim: Cost } {
  const shared = 1 - 1 / Math.max(1.5, ordersEachClaim)
  const fixed = (part: 'serverMs' | 'redisMs' | 'ledgerMs') =>
    Math.max(0, (lone[part] - crowd[part]) / shared)
  const claim = {
    ...{ serverMs: fixed('serverMs'), redisMs: fixed('redisMs'), ledgerMs: fixed('ledgerMs') },
    pauseMs: Math.max(0, lone.answerMs - sumMs(lone)),
  }
  const rest = (part: 'serverMs' | 'redisMs' | 'ledgerMs') => Math.max(0, lone[part] - claim[part])
  const order = { serverMs: rest('serverMs'), redisMs: rest('redisMs'), ledgerMs: rest('ledgerMs') }
  return { order: { ...order, pauseMs: 0 }, claim }
}

/** Each claim reads the stream once. */
async function countClaims({ ctx }: BenchShop): Promise<number> {
  const text = String(await ctx.redis.exec(['INFO', 'commandstats']))
  return Number(/^cmdstat_xreadgroup:calls=(\d+)/m.exec(text)?.[1] ?? 0)
}

async function measureRefusals(shop: Caller, slug: string) {
  const held = await openSale(shop.ctx, `${slug}-held`, 1)
  await reserve(shop.ctx, { sale: held.record, buyerId: newBuyerId(), itemId: held.itemId, quantity: 1 })
  const sold = await openSoldSale(shop.ctx, `${slug}-sold`, 40)
  const item = (sale: typeof held) => `${sale.api}/cart/items/${sale.itemId}`
  const ask = (sale: typeof held) =>
    callAll(shop, Array.from({ length: buyers }, reserveWish(shop, 'PUT', item(sale))), [409])
  return { emptyNow: costOf(await ask(held)), soldThrough: costOf(await ask(sold)) }
}

async function measureRoom(shop: Caller, slug: string) {
  const sale = await openSale(shop.ctx, `${slug}-room`, 10, { room: true })
  const path = `${sale.api}/room`
  const asking = (token: string) => ({ Authorization: `Bearer ${token}` })
  const sessions = await callAll(
    shop,
    Array.from({ length: buyers / 2 }, () => http({ method: 'POST', path: '/api/v1/session', body: '' })),
  )
  const tokens = bodyOf<{ token: string }>(sessions).map(({ token }) => token)
  const challenges = await callAll(
    shop,
    tokens.map((token) => http({ method: 'GET', path: `${sale.api}/challenge`, headers: asking(token) })),
  )
  const given = bodyOf<Challenge>(challenges)
  const joins: string[] = []
  for (let at = 0; at < proofs.made; at++) {
    const work = given[at]?.work
    if (!work) break
    const captcha = await solve(work)
    const join = json('POST', path, tokens[at] ?? '', { captcha })
    for (let use = 0; use < proofs.usedEach; use++) joins.push(join)
  }
  const joined = await callAll(shop, joins)
  const places = bodyOf<{ ticket: string }>(joined)
  const admits = await callAll(
    shop,
    Array.from({ length: buyers / 2 }, (_, at) => {
      const join = at % joins.length
      const token = tokens[Math.floor(join / proofs.usedEach)] ?? ''
      return json('POST', `${path}/admission`, token, { ticket: places[join]?.ticket })
    }),
  )
  return { challenge: costOf(challenges), join: costOf(joined), admit: costOf(admits) }
}

/** Delivers what the provider has to tell of the purchases, as the worker does. */
async function measureWebhooks({ ctx, pids }: BenchShop): Promise<{ webhook: Cost; workerMs: number }> {
  const url = new URL('/api/v1/webhooks/sandbox', ctx.env.PUBLIC_URL)
  const deliver = async (body: string, signature: string) => {
    const headers = { 'content-type': 'application/json', 'sandbox-signature': signature }
    const response = await fetch(url, { method: 'POST', body, headers })
    await response.arrayBuffer()
    return response.ok
  }
  const spent = () => [
    ...[pids.server, pids.redis, pids.postgres].map((pid) => processorMs([pid])),
    // The bench does what a worker does.
    (process.cpuUsage().user + process.cpuUsage().system) / 1_000,
  ]
  const before = spent()
  let told = 0
  for (let last = -1; last !== 0; told += last) {
    last = await deliverSandboxEvents(ctx.db, ctx.env.SANDBOX_WEBHOOK_SECRET, deliver)
  }
  if (told === 0) throw new Error('The provider had nothing to tell.')
  const [serverMs = 0, redisMs = 0, ledgerMs = 0, workerMs = 0] = spent().map(
    (ms, at) => (ms - (before[at] ?? 0)) / told,
  )
  return { webhook: { serverMs, redisMs, ledgerMs, pauseMs: 0 }, workerMs }
}

/** Keeps the result of a bench, for `npm run capacity`. */
export function keepResult(result: object): void {
  const file = measuredFile()
  mkdirSync(dirname(file), { recursive: true })
  const machine = `${availableParallelism()} × ${cpus()[0]?.model.trim() ?? 'unknown'}, Node ${process.version}`
  const fresh = `${file}.${process.pid}`
  writeFileSync(
    fresh,
    `${JSON.stringify({ measuredAt: new Date().toISOString(), machine, ...result }, null, 2)}\n`,
  )
  renameSync(fresh, file)
}
