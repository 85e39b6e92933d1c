import { createHmac } from 'node:crypto'
import type { Context } from '../context'
import { networkOf, trustIn } from './network'
import { type CheckLimit, createLimiter } from './rate-limit'

const store = globalThis as typeof globalThis & {
  stampedeLimiters?: WeakMap<object, CheckLimit>
  stampedeTrust?: Map<string, (address: string) => boolean>
}

const networksIn = (env: Context['env']) =>
  env.TRUSTED_NETWORKS.split(',')
    .map((network) => network.trim())
    .filter((network) => network !== '')

/** The limiter of this process, built once per Redis client. */
export function limiterOf(ctx: Pick<Context, 'redis' | 'env'>): CheckLimit {
  store.stampedeLimiters ??= new WeakMap()
  let limiter = store.stampedeLimiters.get(ctx.redis)
  if (!limiter) {
    limiter = createLimiter(ctx.redis, networksIn(ctx.env))
    store.stampedeLimiters.set(ctx.redis, limiter)
  }
  return limiter
}

/**
 * By what the network of a caller is counted in one sale: a keyed hash, so that Redis holds no address and nobody can
 * follow one from sale to sale. Undefined for trusted networks, which are not counted.
 */
export function holdNetwork(ctx: Pick<Context, 'env'>, saleId: string, address: string): string | undefined {
  store.stampedeTrust ??= new Map()
  const { APP_SECRET, TRUSTED_NETWORKS } = ctx.env
  let isTrusted = store.stampedeTrust.get(TRUSTED_NETWORKS)
  if (!isTrusted) {
    isTrusted = trustIn(networksIn(ctx.env))
    store.stampedeTrust.set(TRUSTED_NETWORKS, isTrusted)
  }
  if (isTrusted(address)) return undefined
  const text = `network:${saleId}:${networkOf(address)}`
  return createHmac('sha256', APP_SECRET).update(text).digest('base64url').slice(0, 12)
}
