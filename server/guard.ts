import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Context } from '../lib/context'
import { isRelayed } from './headers'
import { startPulse, watchLateness } from './lateness'
import { createOverload, type Overload, type Rank } from './overload'
import { costOf, isReserve, rankOf } from './rank'
import { hasBody, pathOf } from './request'
import { createTimes } from './times'
import { createTurnAway } from './turn-away'

/** So long without turning anybody away, and it is over. */
const calmMs = 5_000

/**
 * Stands in front of everything else that a server does: says of each request at once, by its first line and its
 * signatures, whether this process takes it on, and answers those that it does not.
 */
export function startGuard(ctx: Context) {
  const capacity = ctx.env.CAPACITY_PER_SECOND
  const isOff = capacity === 'off'
  const most = isOff || !capacity ? Number.POSITIVE_INFINITY : Number(capacity)
  // Two threads work. Pages have to pass both: what their thread can't keep up with is no reason to turn calls away.
  const whole = createOverload(most)
  const pages = createOverload(Number.POSITIVE_INFINITY)
  const forCalls: [Overload] = [whole]
  const forPages: [Overload, Overload] = [pages, whole]
  const tellRooms = startPulse(ctx)
  const turnAway = createTurnAway(ctx.env.PUBLIC_URL)
  const turnedAway: Record<Rank, number> = { shopper: 0, newcomer: 0, last: 0 }
  const reserveMs = createTimes()
  let lastRefusalAt: number | undefined

  let pagesHeap = 0
  const inFlight = () => whole.inFlight() + pages.inFlight()

  watchLateness((lateMs) => {
    whole.wasLate(lateMs)
    tellRooms(lateMs)
    if (lastRefusalAt === undefined || performance.now() - lastRefusalAt < calmMs) return
    lastRefusalAt = undefined
    ctx.log.info({ turnedAway }, 'everybody is let in again')
  })

  function refuse(rank: Rank, request: IncomingMessage, response: ServerResponse): void {
    if (lastRefusalAt === undefined)
      ctx.log.warn({ rank }, 'too much comes at once: newcomers are turned away')
    lastRefusalAt = performance.now()
    turnedAway[rank] += 1
    turnAway(request, response)
  }

  /**
   * Counts what is in flight until the function it returns is called. Whoever drips a body uses up nothing of it: time
   * and connections bound that.
   */
  function count(overload: Overload, cost: number, request: IncomingMessage): () => void {
    let isCounted = !hasBody(request)
    let isOver = false
    if (isCounted) overload.begin(cost)
    else {
      request.on('end', () => {
        if (isOver) return
        isCounted = true
        overload.begin(cost)
      })
    }
    return () => {
      isOver = true
      if (isCounted) overload.end(cost)
    }
  }

  // For whoever may signal this process. `reserveMs`: since the last time, of those who got what they wanted.
  process.on('SIGUSR2', () => {
    const heapUsed = process.memoryUsage().heapUsed + pagesHeap
    ctx.log.info({ turnedAway, inFlight: inFlight(), heapUsed, reserveMs: reserveMs.take() }, 'report')
  })

  return {
    /** True when the request is to be answered; when it is not, it was refused. */
    takesOn(request: IncomingMessage, response: ServerResponse): boolean {
      const arrivedAt = performance.now()
      const path = pathOf(request)
      const cost = costOf(request.method, path)
      if (cost === 0 || isRelayed(request.headers)) return true
      let rank: Rank | undefined
      const passes = path.startsWith('/api/') ? forCalls : forPages
      if (!isOff && !passes.every((each) => each.takes(cost, () => (rank ??= rankOf(ctx, request, path))))) {
        refuse(rank ?? 'last', request, response)
        return false
      }
      const over = count(passes[0], cost, request)
      const isTimed = isReserve(request.method, path)
      // One listener for both: each costs as much as looking at the request does.
      response.on('close', () => {
        over()
        if (isTimed && response.writableFinished && response.statusCode === 200)
          reserveMs.add(performance.now() - arrivedAt)
      })
      return true
    },
    /** What the thread that makes the pages tells of itself. */
    pagesWere(lateMs: number, heapUsed: number): void {
      pages.wasLate(lateMs)
      tellRooms(lateMs)
      pagesHeap = heapUsed
    },
    inFlight,
  }
}
