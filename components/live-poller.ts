import type { Live } from '@/lib/contract'
import { serverClock } from './server-clock'

export type LiveView = {
  live: Live | null
  /** waiting: nothing read yet. stale: too old to show counts. reconnecting: reads have failed for seconds. */
  status: 'waiting' | 'fresh' | 'stale' | 'reconnecting'
}

export const waitingView: LiveView = { live: null, status: 'waiting' }

const quickMs = 1_000
const calmMs = 1_500
const slowMs = 5_000
/** So many answers that say the same make a sale calm. */
const calmAfter = 5
const soonMs = 60_000
const timeoutMs = 3_000
/** Counts are not shown once they are older than this, on top of the pace of a sale that is not on. */
const staleMs = 2_000
/** The next answer is asked for this long before the last one becomes too old to show. */
const aheadMs = 300
const leastPauseMs = 200
const reconnectingMs = 3_000
const maxBackoffMs = 5_000

const jittered = (ms: number, share = 0.15) => ms * (1 + share * (2 * Math.random() - 1))

const now = () => serverClock.now() ?? 0
const ageMs = (live: Live) => now() - Date.parse(live.now)

/** With a waiting room or without: the largest crowd of the day looks at a page on which nothing happens yet. */
const isToCome = ({ phase }: Live) => phase === 'upcoming' || phase === 'room'

/** What an answer says, apart from when it was given. */
const saidBy = ({ now: _, ...rest }: Live) => JSON.stringify(rest)

/**
 * The pace of the reads: quick while counts move and around the opening; calm when nothing has changed for a while and
 * nobody holds a unit that could come back by itself; slow when nothing is left that changes.
 */
function paceMs(live: Live, relaxed: boolean, unchanged: number): number {
  const isOver = live.phase === 'closed' || live.items.every(({ state }) => state === 'sold_through')
  if (relaxed || isOver) return slowMs
  if (isToCome(live)) return Date.parse(live.opensAt) - now() > soonMs ? slowMs : quickMs
  return unchanged >= calmAfter && live.items.every(({ held }) => held === 0) ? calmMs : quickMs
}

/** How long to wait before the next read. Never so long that what is shown grows too old, nor past the opening. */
function pauseMs(live: Live, pace: number): number {
  const pause = jittered(pace)
  if (pace === slowMs) return pause
  const untilOpening = isToCome(live) ? Date.parse(live.opensAt) - now() : 0
  if (untilOpening > 0) return Math.min(pause, untilOpening + 300 * Math.random())
  return Math.max(leastPauseMs, Math.min(pause, staleMs - ageMs(live) - aheadMs))
}

/**
 * Reads the live state of one sale for as long as somebody listens and the page is visible, for all components of
 * the page together. `subscribe(listener, relaxed)`: relaxed listeners show no counts, so a slow pace will do.
 */
export function createLivePoller(slug: string) {
  const listeners = new Map<() => void, boolean>()
  let view = waitingView
  let failures = 0
  let said = ''
  let unchanged = 0
  let answeredAt: number | null = null
  let flight: AbortController | null = null
  let next: ReturnType<typeof setTimeout> | undefined
  let watch: ReturnType<typeof setInterval> | undefined

  const relaxed = () => [...listeners.values()].every(Boolean)
  const pace = (live: Live) => paceMs(live, relaxed(), unchanged)

  function show(changed: LiveView) {
    if (changed.live === view.live && changed.status === view.status) return
    view = changed
    for (const listen of [...listeners.keys()]) listen()
  }

  function checkAge() {
    const silence = performance.now() - (answeredAt ?? performance.now())
    if (failures > 0 && silence > reconnectingMs) return show({ ...view, status: 'reconnecting' })
    if (!view.live) return
    const allowed = pace(view.live) === slowMs || isToCome(view.live) ? slowMs + staleMs : staleMs
    if (ageMs(view.live) > allowed) show({ ...view, status: 'stale' })
  }

  async function read() {
    clearTimeout(next)
    flight?.abort()
    const mine = new AbortController()
    flight = mine
    const giveUp = setTimeout(() => mine.abort(), timeoutMs)
    const sentAt = performance.now()
    answeredAt ??= sentAt
    try {
      const response = await fetch(`/api/v1/sales/${slug}/live`, { cache: 'no-store', signal: mine.signal })
      if (!response.ok) throw new Error(`live answered ${response.status}`)
      const ageSeconds = Number(response.headers.get('age') ?? 0) || 0
      const receivedAt = performance.now()
      const live = (await response.json()) as Live
      if (mine !== flight) return
      serverClock.observe({ now: live.now, ageSeconds, sentAt, receivedAt })
      failures = 0
      answeredAt = receivedAt
      if (view.live && live.now < view.live.now) return
      unchanged = said === saidBy(live) ? unchanged + 1 : 0
      said = saidBy(live)
      show({ live, status: 'fresh' })
    } catch {
      if (mine === flight) failures += 1
    } finally {
      clearTimeout(giveUp)
      if (mine === flight) {
        flight = null
        plan(performance.now() - sentAt)
      }
    }
  }

  /** Reads follow each other at an even pace: the time the last one took counts towards the pause. */
  function plan(tookMs: number) {
    clearTimeout(next)
    if (listeners.size === 0 || document.hidden) return
    const backoff = Math.min(maxBackoffMs, 500 * 2 ** failures) * (0.5 + Math.random() / 2)
    const pause = view.live ? pauseMs(view.live, pace(view.live)) : 0
    next = setTimeout(read, failures > 0 ? backoff : Math.max(0, pause - tookMs))
  }

  /** The page is shown again, perhaps out of the back/forward cache: what it shows is old until it was read anew. */
  function wake() {
    // A checkout without a sale has nothing to read.
    if (document.hidden || slug === '') return stop()
    checkAge()
    watch ??= setInterval(checkAge, 250)
    void read()
  }

  function stop() {
    clearTimeout(next)
    clearInterval(watch)
    watch = undefined
    flight?.abort()
    flight = null
  }

  return {
    getView: () => view,
    subscribe(listener: () => void, isRelaxed: boolean) {
      const idle = listeners.size === 0
      const speedsUp = !isRelaxed && relaxed()
      listeners.set(listener, isRelaxed)
      if (idle) {
        document.addEventListener('visibilitychange', wake)
        window.addEventListener('pageshow', wake)
        window.addEventListener('online', wake)
      }
      if (idle || speedsUp) wake()
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        document.removeEventListener('visibilitychange', wake)
        window.removeEventListener('pageshow', wake)
        window.removeEventListener('online', wake)
        stop()
      }
    },
  }
}
