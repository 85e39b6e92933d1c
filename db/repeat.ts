import { setTimeout as sleep } from 'node:timers/promises'
import type { Redis } from '@upstash/redis'
import { config } from '../lib/config'
import { isPassing, LostReply } from './redis'
import { forgetRedisClock } from './redis-clock'

const { attempts, commandTimeoutMs, retryDelayMs } = config.redis

/**
 * Runs something declarative until Redis answers it: a lost reply or an error that passes by itself is followed by
 * another run. Gives up with `LostReply` after the configured attempts, or when a run that starts now could end after
 * `deadline` (on the clock of `performance.now()`). Other errors are thrown as they are.
 */
export async function repeat<T>(redis: Redis, deadline: number, run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run()
    } catch (error) {
      if (!isPassing(error)) throw error
      // What comes back may be another server with another clock.
      forgetRedisClock(redis)
      const lost = error instanceof LostReply ? error : new LostReply(error.code)
      if (attempt === attempts) throw lost
      // Spread out, so that callers which failed together do not come back together.
      await sleep(retryDelayMs * (0.5 + Math.random()))
      if (isTooLate(deadline)) throw lost
    }
  }
}

/** Whether a command sent now could still be unanswered when the caller has to be told. */
export const isTooLate = (deadline: number) => performance.now() + commandTimeoutMs > deadline
