import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Live } from '@/lib/contract'

const start = Date.parse('2026-11-22T12:00:00.000Z')
const iso = (ms: number) => new Date(start + ms).toISOString()
let serverNow = 0
let answer: (() => Partial<Live> | Error) | undefined
/** How long a cache has kept each answer, and whether it says so. */
let kept = { seconds: 0, saysAge: true }
let reads = 0
let readAt: number[] = []
const item = { id: 'itm_1', available: 5, held: 1, sold: 0, allocation: 6, state: 'available' as const }
const page = Object.assign(new EventTarget(), { hidden: false })

beforeEach(() => {
  vi.useFakeTimers({
    now: 0,
    toFake: ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval', 'performance'],
  })
  serverNow = 0
  reads = 0
  readAt = []
  answer = undefined
  kept = { seconds: 0, saysAge: true }
  page.hidden = false
  vi.stubGlobal('document', page)
  vi.stubGlobal('window', new EventTarget())
  vi.stubGlobal('fetch', async () => {
    reads += 1
    readAt.push(serverNow)
    const given = answer?.() ?? {}
    if (given instanceof Error) throw given
    const now = iso(serverNow - kept.seconds * 1_000)
    const live = { now, epoch: '1', phase: 'open', items: [item], room: null, ...given }
    const headers: Record<string, string> = kept.saysAge ? { age: String(Math.floor(kept.seconds)) } : {}
    return Response.json({ opensAt: iso(-1000), closesAt: iso(3_600_000), ...live }, { headers })
  })
})

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
  vi.resetModules()
})

async function poller() {
  const { createLivePoller } = await import('./live-poller')
  return createLivePoller('workshop-drop')
}

async function pass(ms: number) {
  for (let passed = 0; passed < ms; passed += 50) {
    serverNow += 50
    await vi.advanceTimersByTimeAsync(50)
  }
}

test('reads about once a second while the sale is open, once for all who listen', async () => {
  const { subscribe, getView } = await poller()
  const stops = [subscribe(() => {}, false), subscribe(() => {}, false), subscribe(() => {}, true)]
  await pass(10_000)
  expect(reads).toBeGreaterThanOrEqual(9)
  expect(reads).toBeLessThanOrEqual(13)
  expect(getView().status).toBe('fresh')
  for (const stop of stops) stop()
  const before = reads
  await pass(5_000)
  expect(reads).toBe(before)
})

test('reads slowly once the sale has closed', async () => {
  answer = () => ({ phase: 'closed' })
  const { subscribe } = await poller()
  subscribe(() => {}, false)
  await pass(20_000)
  expect(reads).toBeLessThanOrEqual(6)
})

test('reads slowly in a waiting room until a minute before the draw, and shows it as fresh', async () => {
  const toCome = (ms: number) => () => ({ phase: 'room' as const, opensAt: iso(ms), closesAt: iso(2 * ms) })
  answer = toCome(600_000)
  const { subscribe, getView } = await poller()
  subscribe(() => {}, false)
  await pass(20_000)
  expect(reads).toBeLessThanOrEqual(6)
  expect(getView().status).toBe('fresh')
  answer = toCome(60_000)
  await pass(8_000)
  reads = 0
  await pass(10_000)
  expect(reads).toBeGreaterThanOrEqual(8)
})

test('ignores an answer that is older than the one it has', async () => {
  const { subscribe, getView } = await poller()
  subscribe(() => {}, false)
  await pass(200)
  const known = getView().live?.now
  answer = () => ({ now: iso(-60_000), epoch: 'old' })
  await pass(1_500)
  expect(getView().live?.now).toBe(known)
})

test('shows no count older than two seconds, and says after three that it is reconnecting', async () => {
  const { subscribe, getView } = await poller()
  subscribe(() => {}, false)
  await pass(200)
  answer = () => new Error('offline')
  await pass(2_300)
  expect(getView().status).not.toBe('fresh')
  await pass(1_500)
  expect(getView().status).toBe('reconnecting')
  answer = undefined
  await pass(5_500)
  expect(getView().status).toBe('fresh')
})

test('rests while the page is hidden; what it shows is old the moment it is shown again', async () => {
  const { subscribe, getView } = await poller()
  subscribe(() => {}, false)
  await pass(200)
  page.hidden = true
  page.dispatchEvent(new Event('visibilitychange'))
  const before = reads
  await pass(60_000)
  expect(reads).toBe(before)
  page.hidden = false
  page.dispatchEvent(new Event('visibilitychange'))
  expect(getView().status).toBe('stale')
  await pass(100)
  expect(getView().status).toBe('fresh')
})

/** How far apart reads were, without the first ones. */
const gaps = () => readAt.slice(3).map((at, index) => at - (readAt[index + 2] ?? 0))

test('no two visitors keep step: the pauses between the reads differ by chance', async () => {
  const { subscribe } = await poller()
  subscribe(() => {}, false)
  await pass(30_000)
  expect(new Set(gaps()).size).toBeGreaterThan(3)
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
  readAt = []
  await pass(30_000)
  expect(new Set(gaps()).size, 'and by nothing else').toBe(1)
})

test('slows down while nothing changes and nobody holds a unit, and is quick again with the first change', async () => {
  let held = 0
  answer = () => ({ items: [{ ...item, held, available: 6 - held }] })
  const { subscribe } = await poller()
  subscribe(() => {}, false)
  await pass(10_000)
  const before = reads
  await pass(30_000)
  expect(reads - before, 'one in a second and a half').toBeLessThanOrEqual(24)
  expect(reads - before).toBeGreaterThanOrEqual(17)
  held = 1
  await pass(2_000)
  const changed = reads
  await pass(10_000)
  expect(reads - changed, 'one a second').toBeGreaterThanOrEqual(9)
})

test('while units are held, which come back by themselves, it stays quick though nothing changes', async () => {
  const { subscribe } = await poller()
  subscribe(() => {}, false)
  await pass(30_000)
  expect(reads).toBeGreaterThanOrEqual(26)
})

test('reads slowly once everything is sold, and shows that as long as it holds', async () => {
  answer = () => ({ items: [{ ...item, available: 0, held: 0, sold: 6, state: 'sold_through' }] })
  const { subscribe, getView } = await poller()
  const seen = new Set<string>()
  subscribe(() => seen.add(getView().status), false)
  await pass(20_000)
  expect(reads).toBeLessThanOrEqual(6)
  expect([...seen]).toEqual(['fresh'])
})

test('adds the age of an answer that a cache kept: the older it is, the sooner it is read again', async () => {
  kept = { seconds: 1, saysAge: true }
  const { subscribe, getView } = await poller()
  subscribe(() => {}, false)
  await pass(10_000)
  const { serverClock } = await import('./server-clock')
  expect(serverClock.now()).toBeCloseTo(start + serverNow, -2)
  expect(getView().status).toBe('fresh')
  expect(Math.max(...gaps()), 'milliseconds that a second-old answer has left').toBeLessThanOrEqual(800)
  kept = { seconds: 3, saysAge: true }
  await pass(1_500)
  expect(getView().status, 'what is two seconds old is not shown').toBe('stale')
})
