import type { Database } from '../../db/postgres'
import type { Env } from '../env'
import { createSandbox } from './sandbox'
import type { Provider } from './types'

/** The provider the environment names. A new one is added here and in `lib/env.ts`, and implements `Provider`. */
export function createProvider(settings: Env, db: Database): Provider {
  switch (settings.PAYMENT_PROVIDER) {
    case 'sandbox':
      return createSandbox(db, settings.SANDBOX_WEBHOOK_SECRET)
  }
}
