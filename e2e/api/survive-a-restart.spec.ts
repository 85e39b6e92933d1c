import { once } from 'node:events'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { eq } from 'drizzle-orm'
import { items, units } from '../../db/schema'
import { config } from '../../lib/config'
import type { Context } from '../../lib/context'
import { cartSchema, type Live, liveSchema, orderSchema, paymentSchema } from '../../lib/contract'
import { findCart } from '../../lib/holds/find'
import { verifySale } from '../../lib/repairs/verify'
import { controlSale } from '../../lib/sales/control'
import { loadSale } from '../../lib/sales/load'
import type { SaleRecord } from '../../lib/sales/record'
import { newBuyer } from '../../lib/web/identity'
import { choosePort } from '../../scripts/stores/ports'
import { isAlive } from '../../scripts/stores/processes'
import { itemOf } from '../../tests/shop'
import { buyerOf, expectRefused, granted } from '../rig/api'
import type { Send } from '../rig/call'
import { test as base } from '../rig/own-processes'
import { startProgram } from '../rig/processes'
import { type SteadyCrowd, startSteadyCrowd } from '../rig/steady-crowd'
import { expect } from '../rig/test'

const shoppers = 6

/** The status of an answer on a connection that did not exist before. */
const newcomer = (url: string) =>
  new Promise<number | undefined>((resolve, reject) => {
    get(url, { agent: false }, (response) =>
      response.resume().on('end', () => resolve(response.statusCode)),
    ).on('error', reject)
  })

/** Waits until the crowd has been answered so many times more. */
async function untilAnswered(crowd: SteadyCrowd, more = 100) {
  const before = crowd.answered()
  await expect
    .poll(() => crowd.answered(), { intervals: [50], timeout: 60_000 })
    .toBeGreaterThan(before + more)
}

/** A crowd that shops at the server, on a sale with more than it can take. */
const test = base.extend<{ sale: SaleRecord; crowd: SteadyCrowd }>({
  sale: async ({ mint }, use) => use(await mint({ allocation: 50_000 })),
  crowd: async ({ rig, settings, sale }, use) => {
    const crowd = startSteadyCrowd(rig.url, settings.APP_SECRET, sale, shoppers)
    await untilAnswered(crowd)
    await use(crowd)
    await crowd.stop()
  },
})

test.describe.configure({ mode: 'serial', timeout: 180_000 })

/** Every unit that somebody was told to have is in their cart, and nobody has two of them (I1). */
async function expectHolds(ctx: Context, sale: SaleRecord, crowd: SteadyCrowd) {
  const told = [...crowd.holds.values()].flat()
  expect(told.length).toBeGreaterThan(0)
  expect(new Set(told).size).toBe(told.length)
  await Promise.all(
    [...crowd.holds].map(async ([buyerId, held]) => {
      expect(await findCart(ctx, { sale, buyerId })).toMatchObject({
        ok: true,
        value: { lines: [{ units: held }] },
      })
    }),
  )
  const { checks } = await verifySale(ctx, sale)
  expect(checks.filter(({ ok }) => !ok)).toEqual([])
}

test('all processes are replaced under load: no failed request, no lost hold (fault 35)', async ({
  crowd,
  sale,
  ctx,
  bothProcesses,
  restart,
}) => {
  const before = await bothProcesses()
  await restart()
  await untilAnswered(crowd)
  await crowd.stop()
  expect(crowd.misses).toEqual([])
  expect(before.filter(({ pid }) => isAlive(pid))).toEqual([])
  await bothProcesses()
  await expectHolds(ctx, sale, crowd)
})

test('negative control: the same crowd misses something when the server is killed and started again; no hold is lost', async ({
  crowd,
  sale,
  rig,
  ctx,
  bothProcesses,
}) => {
  const before = await bothProcesses()
  rig.server().child.kill('SIGKILL')
  // Its processes hear that it is gone, and follow.
  await expect.poll(() => before.filter(({ pid }) => isAlive(pid)), { timeout: 30_000 }).toEqual([])
  await rig.startServerAgain()
  await untilAnswered(crowd)
  await crowd.stop()
  expect(crowd.misses.length).toBeGreaterThan(0)
  await expectHolds(ctx, sale, crowd)
})

test('one of several processes is killed: only its requests in flight fail, and a new one comes (fault 4)', async ({
  crowd,
  sale,
  rig,
  settings,
  ctx,
  bothProcesses,
}) => {
  const [victim, other] = await bothProcesses()
  const beside = startSteadyCrowd(other.url, settings.APP_SECRET, sale, 1)
  await untilAnswered(beside, 10)
  process.kill(victim.pid, 'SIGKILL')
  // Whoever comes now finds the other one, whomever the connection was meant for.
  const live = `${rig.url}/api/v1/sales/${sale.slug}/live`
  const newcomers = await Promise.all(Array.from({ length: 20 }, () => newcomer(live)))
  expect(newcomers).toEqual(newcomers.map(() => 200))
  await bothProcesses()
  await untilAnswered(crowd)
  await Promise.all([crowd.stop(), beside.stop()])
  expect(beside.misses).toEqual([])
  // Each has one request under way at most.
  expect(crowd.misses.length).toBeLessThanOrEqual(shoppers)
  expect(crowd.misses.filter(({ why }) => !/^(ECONNRESET|EPIPE|aborted)$/.test(why))).toEqual([])
  await expectHolds(ctx, sale, crowd)
})

test('a process that stands still holds up one connection, and when it is killed that one is answered too', async ({
  rig,
  mint,
  bothProcesses,
}) => {
  const sale = await mint()
  const [victim] = await bothProcesses()
  process.kill(victim.pid, 'SIGSTOP')
  let answered = 0
  const all = Array.from({ length: 6 }, async () => {
    const status = await newcomer(`${rig.url}/api/v1/sales/${sale.slug}/live`)
    answered += 1
    return status
  })
  await expect.poll(() => answered, { intervals: [20] }).toBeGreaterThanOrEqual(5)
  process.kill(victim.pid, 'SIGKILL')
  expect(await Promise.all(all)).toEqual(all.map(() => 200))
})

test('a file of another build is answered, for pages that came from it; what is not such a file is not', async ({
  anyone,
}) => {
  const folder = `.next-kept-of-${process.pid}`
  mkdirSync(`${folder}/static/chunks`, { recursive: true })
  try {
    for (const file of ['static/chunks/older.js', 'older.js', 'static/older.json']) {
      writeFileSync(`${folder}/${file}`, 'self.older = 1')
    }
    const found = await anyone('/_next/static/chunks/older.js')
    expect(found).toMatchObject({ status: 200, text: 'self.older = 1' })
    expect(found.headers).toMatchObject({
      'content-type': 'application/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
    })
    for (const path of [
      '../older.js',
      'chunks/../../older.js',
      'chunks/%2e%2e/%2e%2e/older.js',
      'older.json',
    ]) {
      expect((await anyone(`/_next/static/${path}`)).text, path).not.toContain('self.older')
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})

/** As many readings as a process takes of a sale in a second: on a busy machine they come later, but not more of them. */
const readingsInASecond = 1_000 / config.live.refreshMs

/** Waits until a process knows the sale as it should be; of what it read after `sinceMs` only a second's worth is older. */
async function expectKnown(send: Send, sale: SaleRecord, sinceMs: number, isSo: (live: Live) => boolean) {
  const outdated = new Set<string>()
  await expect
    .poll(
      async () => {
        const known = granted(await send(`/api/v1/sales/${sale.slug}/live`), liveSchema)
        if (!isSo(known) && Date.parse(known.now) > sinceMs) outdated.add(known.now)
        return isSo(known)
      },
      { intervals: [20] },
    )
    .toBe(true)
  expect(outdated.size).toBeLessThanOrEqual(readingsInASecond)
}

async function redisNowMs(ctx: Context): Promise<number> {
  const [seconds, micros] = await ctx.redis.time()
  return Number(seconds) * 1_000 + Number(micros) / 1_000
}

test('I11: a pause by the merchant reaches every process within a second, and none of them reserves after it', async ({
  settings,
  mint,
  ctx,
  bothProcesses,
}) => {
  const sale = await mint()
  const processes = await bothProcesses()
  for (const { send } of processes) {
    await expectKnown(send, sale, await redisNowMs(ctx), ({ phase }) => phase === 'open')
  }
  await controlSale(ctx, sale.id, { pause: true })
  const pausedAtMs = await redisNowMs(ctx)
  for (const { send } of processes) {
    expectRefused(await buyerOf(send, newBuyer(settings.APP_SECRET)).reserve(sale, 1), 'paused')
  }
  await Promise.all(
    processes.map(({ send }) => expectKnown(send, sale, pausedAtMs, ({ phase }) => phase === 'paused')),
  )
})

test('I7: what every process calls sold through is for sale in each again within a second of added stock (fault 37)', async ({
  settings,
  mint,
  ctx,
  bothProcesses,
}) => {
  const sale = await mint({ allocation: 1 })
  const processes = await bothProcesses()
  const buyers = processes.map(({ send }) => buyerOf(send, newBuyer(settings.APP_SECRET)))
  const [first] = buyers
  granted((await first?.reserve(sale, 1)) as never, cartSchema)
  const order = granted((await first?.order(sale)) as never, orderSchema, 201)
  granted((await first?.pay(order.id)) as never, paymentSchema)
  const states = (live: Live) => live.items.map(({ state }) => state)
  for (const { send } of processes) {
    await expectKnown(send, sale, await redisNowMs(ctx), (live) => states(live).includes('sold_through'))
  }
  for (const buyer of buyers) expectRefused(await buyer.reserve(sale, 1), 'sold_through')

  await ctx.db.transaction(async (tx) => {
    await tx.update(items).set({ allocation: 3 }).where(eq(items.saleId, sale.id))
    const added = [2, 3].map((number) => ({ saleId: sale.id, itemId: itemOf(sale), number }))
    await tx.insert(units).values(added)
  })
  await loadSale(ctx, sale.id)
  const addedAtMs = await redisNowMs(ctx)
  await Promise.all(
    processes.map(({ send }) =>
      expectKnown(send, sale, addedAtMs, (live) => states(live).includes('available')),
    ),
  )
  const carts = await Promise.all(
    buyers.map(async (buyer) => granted(await buyer.reserve(sale, 1), cartSchema)),
  )
  expect(carts.flatMap(({ lines }) => lines.flatMap((line) => line.units)).sort()).toEqual([2, 3])
})

for (const program of ['server/main.ts', 'server/process.ts', 'worker/main.ts']) {
  test(`${program} ends by itself when whoever started it died before it was up`, async ({ rig }) => {
    const env = { ...rig.env, PORT: String(await choosePort()) }
    const { child } = startProgram(program, env, rig.serverLog.replace(/[^/]*$/, 'orphan.log'))
    const ended = once(child, 'exit')
    child.disconnect()
    expect(await ended).toEqual([0, null])
  })
}

test('a server that was asked to leave says so while it still answers, and ends with nothing cut off', async ({
  crowd,
  sale,
  rig,
  anyone,
}) => {
  const { child } = rig.server()
  const left = once(child, 'exit')
  child.kill('SIGTERM')
  await expect.poll(async () => (await anyone('/readyz')).status, { intervals: [20] }).toBe(503)
  const live = await anyone(`/api/v1/sales/${sale.slug}/live`)
  expect(live).toMatchObject({ status: 200, headers: { connection: 'close' } })
  await crowd.stop()
  expect(crowd.misses).toEqual([])
  expect(await left).toEqual([0, null])
  await rig.startServerAgain()
})
