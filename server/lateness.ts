import { randomUUID } from 'node:crypto'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { config } from '../lib/config'
import type { Context } from '../lib/context'
import { beat } from '../lib/rooms/pulse'

/** Node's clock of the event loop ticks this often, which counts as no delay. */
const resolutionMs = 20

/**
 * Tells several times a second how late the event loop of this thread is, in ms: half of its turns since the last time
 * were later. One long turn among short ones, as collecting garbage is, says nothing.
 */
export function watchLateness(tell: (lateMs: number) => void): void {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs })
  delay.enable()
  setInterval(() => {
    const lateMs = Math.max(0, delay.percentile(50) / 1e6 - resolutionMs)
    delay.reset()
    tell(lateMs)
  }, config.overload.windowMs).unref()
}

/** Lets the waiting rooms hear the worst lateness of each second: it returns what to tell them by. */
export function startPulse(ctx: Context): (lateMs: number) => void {
  const name = randomUUID()
  let worstMs = 0
  setInterval(() => {
    // A pulse that gets lost is like one that is late: the rooms go by the others, and by the next one.
    beat(ctx, { process: name, lateMs: worstMs }).catch(() => {})
    worstMs = 0
  }, config.room.pulseMs).unref()
  return (lateMs) => {
    worstMs = Math.max(worstMs, lateMs)
  }
}
