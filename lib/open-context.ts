import { createDatabase } from '../db/postgres'
import { closeRedis, createRedis } from '../db/redis'
import type { Context } from './context'
import { type Env, env } from './env'
import { createLog } from './log'
import { createProvider } from './payments/provider'

/** Opens the stores that `settings` name. `close` ends the connections; work in flight is finished first. */
export function createContext(name: string, settings: Env): Context & { close(): Promise<void> } {
  const log = createLog(name, settings.LOG_LEVEL)
  const ledger = createDatabase(settings.DATABASE_URL)
  const keyed = createDatabase(settings.DATABASE_URL, 'kept')
  const redis = createRedis({
    redisUrl: settings.REDIS_URL,
    restUrl: settings.UPSTASH_REDIS_REST_URL,
    restToken: settings.UPSTASH_REDIS_REST_TOKEN,
  })
  return {
    redis,
    db: ledger.db,
    byKey: keyed.db,
    provider: createProvider(settings, keyed.db),
    log,
    env: settings,
    async close() {
      await Promise.all([ledger.close(), keyed.close(), closeRedis(redis)])
    },
  }
}

// Next gives each bundle its own module state, so what a process must have once lives on globalThis.
const store = globalThis as typeof globalThis & { stampedeContext?: Context }

/** The one context of this server process, opened at first use. */
export function context(): Context {
  store.stampedeContext ??= createContext('server', env())
  return store.stampedeContext
}
