import { once } from 'node:events'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { config } from '../../lib/config'
import { admissionOf } from '../../lib/rooms/ticket'
import type { SaleRecord } from '../../lib/sales/record'
import { newBuyer } from '../../lib/web/identity'
import { itemOf } from '../../tests/shop'
import { sized } from '../../tests/size'
import { test } from '../rig/api'
import { type Beside, startBeside } from '../rig/beside'
import type { Flood, Flooded } from '../rig/flood'
import { listProcesses, type Started, startProgram } from '../rig/processes'
import { rigFolder } from '../rig/runs'
import { expect } from '../rig/test'

test.describe.configure({ mode: 'serial', timeout: 240_000 })

/** Calls a second: a modest number, so that five times as many can be sent on any machine. */
const capacity = 150
const floodPerSecond = 5 * capacity
const shoppersPerSecond = 50
/** Calm and flood take turns, so that whatever else the machine does meets both of them. */
const rounds = sized(4, 1)
const calmSeconds = sized(2, 10)
const seconds = sized(2, 30)

const reportSchema = z.object({
  msg: z.literal('report'),
  /** How many reserves took up to so many ms, in the server. */
  reserveMs: z.record(z.string(), z.number()),
  heapUsed: z.number(),
  /** Units of work that were begun and not done. */
  inFlight: z.number(),
})
type Report = z.infer<typeof reportSchema>

let generator: Started
test.beforeAll(() => {
  const folder = rigFolder(process.env.E2E_RUN ?? '', 'beside')
  mkdirSync(folder, { recursive: true })
  generator = startProgram('e2e/rig/flood.ts', {}, join(folder, 'generator.log'))
})
test.afterAll(() => generator?.stop())

async function flood(plan: Flood): Promise<Flooded> {
  generator.child.send(plan)
  const [flooded] = (await once(generator.child, 'message')) as [Flooded]
  return flooded
}

const reportsOf = ({ log }: Beside): Report[] =>
  readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('"msg":"report"}'))
    .map((line) => reportSchema.parse(JSON.parse(line)))

/** The one process of the server. */
function signal({ log }: Beside): void {
  const [one] = listProcesses(log)
  if (!one) throw new Error('The server has no process.')
  process.kill(one.pid, 'SIGUSR2')
}

/** Makes the server say how it did since it was asked last. */
async function ask(server: Beside): Promise<void> {
  const before = reportsOf(server).length
  signal(server)
  await expect.poll(() => reportsOf(server).length, { intervals: [50] }).toBeGreaterThan(before)
}

const http = (method: string, path: string, token?: string, body?: object, more = '') => {
  const text = body === undefined ? '' : JSON.stringify(body)
  const type = body === undefined ? '' : 'Content-Type: application/json\r\n'
  const who = token === undefined ? '' : `Authorization: Bearer ${token}\r\n`
  const length = method === 'GET' ? '' : `Content-Length: ${text.length}\r\n`
  return `${method} ${path} HTTP/1.1\r\nHost: localhost\r\n${who}${type}${length}${more}\r\n${text}`
}

/** Shoppers with an admission, each of whom changes their mind about one unit or two. */
function shoppersOf(secret: string, sale: SaleRecord): string[] {
  return Array.from({ length: 100 }, () => newBuyer(secret)).flatMap(({ buyerId, token }) => {
    const admission = admissionOf(secret, { saleId: sale.id, buyerId }, Date.now() + 900_000)
    const path = `/api/v1/sales/${sale.slug}/cart/items/${itemOf(sale)}`
    return [1, 2].map((quantity) => http('PUT', path, token, { quantity }, `Admission: ${admission}\r\n`))
  })
}

/** What comes with an opening: newcomers of every kind, at the API and at pages, some of which cost a lot. */
function crowdOf(secret: string, sale: SaleRecord): string[] {
  const { token } = newBuyer(secret)
  const api = `/api/v1/sales/${sale.slug}`
  return [
    http('POST', '/api/v1/session'),
    http('GET', `${api}/challenge`, token),
    http('PUT', `${api}/cart/items/${itemOf(sale)}`, token, { quantity: 1 }),
    http('GET', `/sales/${sale.slug}`),
    http('GET', '/cart'),
  ]
}

/** What 99 of 100 took at most, in ms. */
function p99(reports: Report[]): number {
  const times = reports.flatMap(({ reserveMs }) => Object.entries(reserveMs))
  const sorted = times.map(([ms, count]) => ({ ms: Number(ms), count })).sort((a, b) => b.ms - a.ms)
  let over = sorted.reduce((sum, { count }) => sum + count, 0) * 0.01
  for (const { ms, count } of sorted) {
    over -= count
    if (over < 0) return ms
  }
  return Number.NaN
}

const mostInFlight = (reports: Report[]) => Math.max(...reports.map(({ inFlight }) => inFlight))

/** What is still there after garbage was collected: collecting lies between some two of these. */
const leastHeap = (reports: Report[]) => Math.min(...reports.map(({ heapUsed }) => heapUsed))

/** A shop process with this capacity, warm, and what can come to it. */
async function openShop(capacityPerSecond: string, secret: string, sale: SaleRecord) {
  const server = await startBeside(`capacity-${capacityPerSecond}`, {
    CAPACITY_PER_SECOND: capacityPerSecond,
  })
  const crowd = { perSecond: floodPerSecond, connections: 200, requests: crowdOf(secret, sale) }
  const usual = {
    shoppers: { perSecond: shoppersPerSecond, connections: 40, requests: shoppersOf(secret, sale) },
    polls: { perSecond: 50, connections: 10, requests: [http('GET', `/api/v1/sales/${sale.slug}/live`)] },
  }
  /** Lets these come for so long; answers what they got, and how the server did meanwhile, each second. */
  const play = async (parts: Flood['parts'], seconds: number) => {
    await ask(server)
    const before = reportsOf(server).length
    const timer = setInterval(() => signal(server), 1_000)
    const flooded = await flood({ port: server.port, seconds, parts })
    clearInterval(timer)
    await ask(server)
    return { flooded, reports: reportsOf(server).slice(before) }
  }
  await play({ ...usual, crowd: { ...crowd, perSecond: capacity / 4 } }, 1)
  return { server, usual, crowd, play }
}

test('a flood of five times the capacity costs admitted shoppers less than four times their time, and no memory', async ({
  mint,
  settings,
}) => {
  const sale = await mint({ room: true, allocation: 1_000 })
  const { server, usual, crowd, play } = await openShop(String(capacity), settings.APP_SECRET, sale)
  const calm: Report[] = []
  const busy: Report[] = []
  for (let round = 0; round < rounds; round += 1) {
    const before = await play(usual, calmSeconds)
    const during = await play({ ...usual, crowd }, seconds)
    calm.push(...before.reports)
    busy.push(...during.reports)
    for (const { flooded } of [before, during]) {
      expect(flooded.shoppers?.answers, 'no shopper is turned away').toEqual({ 200: flooded.shoppers?.sent })
      expect(flooded.polls?.answers, 'live is always answered').toEqual({ 200: flooded.polls?.sent })
    }
    const { sent = 0, answers = {} } = during.flooded.crowd ?? {}
    expect(sent).toBeGreaterThan(0.95 * floodPerSecond * seconds)
    expect(answers['503'], 'most of the crowd is turned away').toBeGreaterThan(sent / 2)
    expect(sent - (answers['503'] ?? 0), 'and as many as can be are not').toBeGreaterThan(
      (capacity / 8) * seconds,
    )
  }
  expect(p99(busy)).toBeLessThan(4 * p99(calm))
  expect(mostInFlight(busy), 'nothing piles up').toBeLessThan(config.overload.unitsInFlight)
  const half = Math.floor(busy.length / 2)
  expect(leastHeap(busy.slice(half)), 'memory stays flat').toBeLessThan(1.5 * leastHeap(busy.slice(0, half)))

  const after: number[] = []
  for (let second = 0; second < 5; second += 1) after.push(p99((await play(usual, 1)).reports))
  expect(Math.min(...after), 'within five seconds it is as before').toBeLessThan(2 * p99(calm))
  await server.stop()
})

test('negative control: without overload control a larger flood piles up, and makes them wait many times as long', async ({
  mint,
  settings,
}) => {
  const sale = await mint({ room: true, allocation: 1_000 })
  const { server, usual, crowd, play } = await openShop('off', settings.APP_SECRET, sale)
  const calm = await play(usual, calmSeconds)
  const busy = await play({ ...usual, crowd: { ...crowd, perSecond: 4 * floodPerSecond } }, seconds)
  expect(p99(busy.reports)).toBeGreaterThan(4 * p99(calm.reports))
  expect(mostInFlight(busy.reports)).toBeGreaterThan(5 * config.overload.unitsInFlight)
  await server.stop()
})
