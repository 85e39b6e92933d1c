import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Live } from '@/lib/contract'

const start = Date.parse('2026-11-22T12:00:00.000Z')
const iso = (ms: number) => new Date(start + ms).toISOString()
let serverNow = 0
let answer: (() => Partial<Live> | Error) | undefined
let reads = 0
const page = Object.assign(new EventTarget(), { hidden: false })

beforeEach(() => {
  vi.useFakeTimers({
    now: 0,
    toFake: ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval', 'performance'],
  })
  serverNow = 0
  reads = 0
  answer = undefined
  page.hidden = false
  vi.stubGlobal('document', page)
  vi.stubGlobal('window', new EventTarget())
  vi.stubGlobal('fetch', async () => {
    reads += 1
    const given = answer?.() ?? {}
    if (given instanceof Error) throw given
    const live = { now: iso(serverNow), epoch: '1', phase: 'open', items: [], room: null, ...given }
    return Response.json({ opensAt: iso(-1000), closesAt: iso(3_600_000), ...live })
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
