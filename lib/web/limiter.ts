import type { Context } from '../context'
import { type CheckLimit, createLimiter } from './rate-limit'

const store = globalThis as typeof globalThis & { stampedeLimiters?: WeakMap<object, CheckLimit> }

/** The limiter of this process, built once per Redis client. */
export function limiterOf(ctx: Pick<Context, 'redis' | 'env'>): CheckLimit {
  store.stampedeLimiters ??= new WeakMap()
  let limiter = store.stampedeLimiters.get(ctx.redis)
  if (!limiter) {
    const networks = ctx.env.TRUSTED_NETWORKS.split(',').map((network) => network.trim())
    limiter = createLimiter(
      ctx.redis,
      networks.filter((network) => network !== ''),
    )
    store.stampedeLimiters.set(ctx.redis, limiter)
  }
  return limiter
}
