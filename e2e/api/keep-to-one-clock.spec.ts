import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { sql } from 'drizzle-orm'
import { z } from 'zod'
import { config } from '../../lib/config'
import type { Context } from '../../lib/context'
import {
  cartSchema,
  challengeSchema,
  liveSchema,
  orderSchema,
  paymentSchema,
  placeSchema,
  turnSchema,
} from '../../lib/contract'
import { admissionOf } from '../../lib/rooms/ticket'
import type { SaleRecord } from '../../lib/sales/record'
import { solve } from '../../lib/solve-challenge'
import { newBuyer } from '../../lib/web/identity'
import { itemOf, until } from '../../tests/shop'
import { type Buyer, buyerOf, expectRefused, granted, test } from '../rig/api'
import { type Beside, startBeside } from '../rig/beside'
import { call, type Send } from '../rig/call'
import { expect } from '../rig/test'

test.describe.configure({ mode: 'serial', timeout: 120_000 })

const tenMinutesMs = 600_000

/** Two servers on the stores of this run: the clock of one is ten minutes fast, that of the other ten minutes slow. */
let servers: Record<'fast' | 'slow', Beside>
test.beforeAll(async () => {
  const clock = pathToFileURL(join(import.meta.dirname, '../rig/shifted-clock.mjs')).href
  const start = (name: string, shiftMs: number) =>
    startBeside(name, { NODE_OPTIONS: `--import ${clock}`, CLOCK_SHIFT_MS: String(shiftMs) })
  const [fast, slow] = await Promise.all([start('fast', tenMinutesMs), start('slow', -tenMinutesMs)])
  servers = { fast, slow }
})
test.afterAll(() => Promise.all(Object.values(servers ?? {}).map((server) => server.stop())))

const both = ['fast', 'slow'] as const
const sendTo =
  (which: (typeof both)[number]): Send =>
  (path, options) =>
    call(servers[which].url, path, options)

/** One buyer, seen by both servers. */
function newShopper(secret: string): Record<(typeof both)[number], Buyer> {
  const identity = newBuyer(secret)
  return { fast: buyerOf(sendTo('fast'), identity), slow: buyerOf(sendTo('slow'), identity) }
}

async function redisNow(ctx: Context): Promise<number> {
  const [seconds, microseconds] = await ctx.redis.time()
  return Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000)
}

async function ledgerNow(ctx: Context): Promise<number> {
  const [row] = await ctx.db.execute<{ now: string }>(
    sql`select (extract(epoch from now()) * 1000)::bigint as now`,
  )
  return Number(row?.now)
}

/** A moment that was told lies so long after now, by the clock that decides it. */
async function expectFromNow(
  clock: () => Promise<number>,
  aheadMs: number,
  tell: () => Promise<string>,
): Promise<void> {
  const before = await clock()
  const told = Date.parse(await tell()) - aheadMs
  // A millisecond for rounding; an estimate of Redis' clock is behind by no more than a command takes.
  expect(told).toBeGreaterThanOrEqual(before - config.redis.commandTimeoutMs)
  expect(told).toBeLessThanOrEqual((await clock()) + 1)
}

test('32: the clocks of these servers are wrong by ten minutes', async () => {
  for (const [which, shift] of [
    ['fast', tenMinutesMs],
    ['slow', -tenMinutesMs],
  ] as const) {
    const [line = ''] = readFileSync(servers[which].log, 'utf8').match(/\{"level".*\}/) ?? []
    const { time } = z.object({ time: z.string() }).parse(JSON.parse(line))
    expect(Math.abs(Date.parse(time) - Date.now() - shift)).toBeLessThan(60_000)
  }
})

test('I11: a sale opens and closes by Redis, whatever the servers think it is (fault 32)', async ({
  mint,
  settings,
  ctx,
}) => {
  const opensAt = (await redisNow(ctx)) + 6_000
  const soon = await mint({ opensAt: new Date(opensAt), closesAt: new Date(opensAt + 60_000) })
  const early = newShopper(settings.APP_SECRET)
  for (const which of both) expectRefused(await early[which].reserve(soon, 1), 'not_open')
  expect(await redisNow(ctx), 'it was not open yet').toBeLessThan(opensAt)
  for (const which of both) {
    const first = await until('the sale to open', async () => {
      // Each time somebody else: one buyer would soon ask too often.
      const answer = await newShopper(settings.APP_SECRET)[which].reserve(soon, 1)
      if (answer.status === 200) return answer
      expectRefused(answer, 'not_open')
    })
    granted(first, cartSchema)
    expect(await redisNow(ctx)).toBeGreaterThanOrEqual(opensAt)
    await expectFromNow(
      () => redisNow(ctx),
      0,
      async () => granted(await sendTo(which)(`/api/v1/sales/${soon.slug}/live`), liveSchema).now,
    )
  }
})

test('I8: a cart ends by Redis, an order by the ledger (fault 32)', async ({ mint, settings, ctx }) => {
  for (const [one, other] of [
    ['fast', 'slow'],
    ['slow', 'fast'],
  ] as const) {
    const sale = await mint({ holdSeconds: 300, paySeconds: 600 })
    const shopper = newShopper(settings.APP_SECRET)
    await expectFromNow(
      () => redisNow(ctx),
      300_000,
      async () => granted(await shopper[one].reserve(sale, 2), cartSchema).deadline,
    )
    expect(granted(await shopper[other].cart(sale), cartSchema).lines).toHaveLength(1)
    let orderId = ''
    await expectFromNow(
      () => ledgerNow(ctx),
      600_000,
      async () => {
        const order = granted(await shopper[other].order(sale), orderSchema, 201)
        orderId = order.id
        return order.payBy ?? ''
      },
    )
    granted(await shopper[one].pay(orderId), paymentSchema)
    expect(granted(await shopper[other].read(orderId), orderSchema).state).toBe('paid')

    const brief = await mint({ holdSeconds: 2 })
    const { deadline } = granted(await shopper[one].reserve(brief, 1), cartSchema)
    await until('the cart to end', async () => (await shopper[other].cart(brief)).status === 404)
    expect(await redisNow(ctx)).toBeGreaterThanOrEqual(Date.parse(deadline))
  }
})

const room = (sale: SaleRecord, rest = '') => `/sales/${sale.slug}/room${rest}`

test('I17: a proof, a place and an admission are worth the same to every server (fault 32)', async ({
  mint,
  settings,
  ctx,
}) => {
  for (const [one, other] of [
    ['fast', 'slow'],
    ['slow', 'fast'],
  ] as const) {
    const sale = await mint({ room: true })
    const shopper = newShopper(settings.APP_SECRET)
    const asked = await shopper[one].send('GET', `/sales/${sale.slug}/challenge`)
    const { work } = granted(asked, challengeSchema)
    if (!work) throw new Error('The shop has no work to do.')
    const joined = await shopper[other].send('POST', room(sale), { json: { captcha: await solve(work) } })
    const { ticket } = granted(joined, placeSchema)
    const turn = await until(
      'the turn of a shopper',
      async () => {
        const answer = await shopper[one].send('POST', room(sale, '/admission'), { json: { ticket } })
        const turn = granted(answer, turnSchema)
        return 'admission' in turn && turn
      },
      30_000,
    )
    await expectFromNow(
      () => redisNow(ctx),
      config.room.admissionSeconds * 1_000,
      async () => turn.until,
    )
    const reserve = (which: (typeof both)[number], admission: string) =>
      shopper[which].send('PUT', `/sales/${sale.slug}/cart/items/${itemOf(sale)}`, {
        ...{ json: { quantity: 1 }, headers: { admission } },
      })
    const admissionUntil = (ms: number) =>
      admissionOf(settings.APP_SECRET, { saleId: sale.id, buyerId: shopper.fast.buyerId }, ms)
    const now = await redisNow(ctx)
    for (const which of both) {
      expect((await reserve(which, turn.admission)).status).toBe(200)
      expect((await reserve(which, admissionUntil(now + 60_000))).status).toBe(200)
      expectRefused(await reserve(which, admissionUntil(now - 60_000)), 'not_admitted')
    }
  }
})
