import type { Redis } from '@upstash/redis'
import type { Database } from '../db/postgres'
import type { Env } from './env'
import type { Log } from './log'
import type { Provider } from './payments/types'

/** What every verb is given and never imports: the stores, the payment provider, the settings and the log. */
export type Context = {
  redis: Redis
  db: Database
  /** The same ledger, for statements that find each of their rows by a whole key (db/postgres.ts says why). */
  byKey: Database
  provider: Provider
  env: Env
  log: Log
}
