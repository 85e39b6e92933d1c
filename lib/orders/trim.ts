import { saleKeys } from '../../db/keys'
import { config } from '../config'
import type { Context } from '../context'
import { claimProgress } from './waiting'

/**
 * Drops stream entries that every backup of the ledger has by now: they are older than the retention and nobody has
 * them pending. An order still unclaimed is never dropped, however old it is (I12).
 */
export async function trimStream(ctx: Pick<Context, 'redis'>, saleId: string): Promise<void> {
  const progress = await claimProgress(ctx, saleId)
  if (!progress || progress.pending > 0) return
  const oldest = Date.now() - config.worker.streamRetentionHours * 3_600_000
  const delivered = Number(progress.delivered.split('-')[0])
  await ctx.redis.xtrim(saleKeys(saleId).orders, {
    strategy: 'MINID',
    exactness: '~',
    threshold: `${Math.min(oldest, delivered)}-0`,
  })
}
