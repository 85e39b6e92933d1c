import type { Redis } from '@upstash/redis'

/** How long a measurement serves. Clocks drift apart by a few milliseconds a minute at worst. */
const refreshAfterMs = 60_000

/** Redis' clock at a moment of this process' monotonic clock, which no correction of the system time can move. */
type Reading = { redisMs: number; takenAt: number; takenAtWall: number }

type Clock = { reading?: Reading; pending?: Promise<Reading> | undefined }

const clocks = new WeakMap<Redis, Clock>()

/**
 * What TIME would answer now, in ms, without asking each time: the difference is measured at first use and again in the
 * background once a minute. Never ahead of Redis: the reply's way back counts as no time at all, because an estimate
 * that is behind refuses a mutation early, while one that is ahead would let it run after its caller gave up.
 * Throws what the client throws when the first measurement fails.
 */
export async function estimateRedisNow(redis: Redis): Promise<number> {
  let clock = clocks.get(redis)
  if (!clock) {
    clock = {}
    clocks.set(redis, clock)
  }
  let { reading } = clock
  if (!reading || wasSuspended(reading)) reading = await measure(redis, clock)
  // If the refresh fails the old reading stays good enough, and the next call tries again.
  else if (performance.now() - reading.takenAt > refreshAfterMs) measure(redis, clock).catch(() => {})
  return Math.floor(reading.redisMs + performance.now() - reading.takenAt)
}

/** Makes the next estimate measure first. */
export function forgetRedisClock(redis: Redis): void {
  clocks.delete(redis)
}

function measure(redis: Redis, clock: Clock): Promise<Reading> {
  clock.pending ??= read(redis)
    .then((reading) => {
      clock.reading = reading
      return reading
    })
    .finally(() => {
      clock.pending = undefined
    })
  return clock.pending
}

async function read(redis: Redis): Promise<Reading> {
  const [seconds, microseconds] = await redis.time()
  const redisMs = Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000)
  return { redisMs, takenAt: performance.now(), takenAtWall: Date.now() }
}

/** A sleeping machine's monotonic clock stands still. A corrected system time looks alike, and measuring is harmless. */
const wasSuspended = ({ takenAt, takenAtWall }: Reading) =>
  Math.abs(Date.now() - takenAtWall - (performance.now() - takenAt)) > 1_000
