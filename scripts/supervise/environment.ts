import { checkEnv } from '../../lib/env'
import type { RunFile } from '../run-file'
import { demoSecrets } from './secrets'

/** Sets variables that have no value yet. An empty one counts as missing, as in a half-filled .env. */
export function setMissing(values: Record<string, string>): void {
  for (const [name, value] of Object.entries(values)) if (!process.env[name]) process.env[name] = value
}

/** Which stores nobody gave an address for: those we run ourselves. */
export const privateStores = () => ({
  postgres: !process.env.DATABASE_URL,
  redis: !process.env.REDIS_URL && !process.env.UPSTASH_REDIS_REST_URL,
})

/**
 * Completes the environment of all processes of the shop. A shop on private stores is a demo unless somebody says
 * otherwise; only a demo is given secrets and stand-ins, everything else has to be set and is checked by `env`.
 */
export function completeEnvironment({
  dev,
  onPrivateStore,
}: {
  dev: boolean
  onPrivateStore: boolean
}): void {
  // Whatever the terminal has exported: a build and a server of different modes don't fit each other.
  Object.assign(process.env, { NODE_ENV: dev ? 'development' : 'production' })
  setMissing({ NEXT_TELEMETRY_DISABLED: '1', PORT: '3000' })
  if (onPrivateStore) setMissing({ STAMPEDE_DEMO: '1' })
  if (process.env.STAMPEDE_DEMO !== '1') return
  setMissing({
    ...demoSecrets(),
    PAYMENT_PROVIDER: 'sandbox',
    // A crowd played on this machine comes from one address.
    TRUSTED_NETWORKS: '127.0.0.0/8,::1/128',
    PUBLIC_URL: `http://localhost:${process.env.PORT}`,
  })
}

/** Every setting of the shop, with its defaults, for the commands that join it later. */
export function environmentForCommands(): RunFile['env'] {
  // Read afresh, because a private store may have had to change its port since the start.
  const set = Object.entries(checkEnv(process.env)).filter(([, value]) => value !== undefined)
  return Object.fromEntries(set.map(([name, value]) => [name, String(value)]))
}
