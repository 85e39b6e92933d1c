import { claimGroup, saleKeys } from '../../db/keys'
import type { Context } from '../context'

/**
 * How far the claims of a sale's stream are: the last entry that was handed out, and how many of them are not finished.
 * Null when there is no stream.
 */
export async function claimProgress(
  ctx: Pick<Context, 'redis'>,
  saleId: string,
): Promise<{ delivered: string; pending: number } | null> {
  const { orders } = saleKeys(saleId)
  if ((await ctx.redis.exists(orders)) === 0) return null
  const groups = (await ctx.redis.xinfo(orders, { type: 'GROUPS' })) as unknown[][]
  const group = groups.map(toRecord).find((each) => each.name === claimGroup)
  return group ? { delivered: String(group['last-delivered-id']), pending: Number(group.pending) } : null
}

/**
 * Whether an order that was queued before this call may still wait for the ledger. Read in this order, an entry that is
 * handed out in between is seen as one that waits.
 */
export async function isAnyWaiting(ctx: Pick<Context, 'redis'>, saleId: string): Promise<boolean> {
  const progress = await claimProgress(ctx, saleId)
  if (!progress) return false
  if (progress.pending > 0) return true
  const after = (await ctx.redis.xrange(saleKeys(saleId).orders, `(${progress.delivered}`, '+', 1)) as unknown
  return (after as unknown[]).length > 0
}

const toRecord = (flat: unknown[]): Record<string, unknown> =>
  Object.fromEntries(flat.flatMap((name, i) => (i % 2 === 0 ? [[String(name), flat[i + 1]]] : [])))
