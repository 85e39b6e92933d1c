import { eq, sql } from 'drizzle-orm'
import { runScript } from '../../db/define-script'
import { saleKeys } from '../../db/keys'
import { sales } from '../../db/schema'
import { type Actor, recordAudit } from '../audit/record'
import type { Context } from '../context'
import { ok, type Result, refused } from '../result'
import { controlScript } from './control.lua'
import { epochText } from './record'

export type Control = { pause: true } | { resume: true } | { close: true } | { opensAt: Date; closesAt: Date }

/** Who wants it and why, and how the sale stood on the page they decided by. */
export type By = { actor: Actor; reason: string; seen: { paused: boolean; closesAt: Date } }

/**
 * Pauses, resumes, closes or re-times a published sale: in the ledger first, then in Redis, which decides. Running it
 * again repairs a half-done run. While paused every deadline stands still, in both stores alike (I11). With `by` it is
 * written down, and refused when the sale no longer stands as they saw it. Refused: not_found, changed_meanwhile,
 * try_again.
 */
export async function controlSale(
  ctx: Context,
  saleId: string,
  control: Control,
  by?: By,
): Promise<Result<null>> {
  const changed = await ctx.db.transaction(async (tx): Promise<Result<null>> => {
    const [before] = await tx.select().from(sales).where(eq(sales.id, saleId)).for('update')
    if (before?.state !== 'published') return refused('not_found')
    if (by && !isAsSeen(before, by)) return refused('changed_meanwhile')
    const [after] = await tx.update(sales).set(changes(control)).where(eq(sales.id, saleId)).returning()
    if (!after) return refused('not_found')
    if (by) {
      const { actor, reason } = by
      const [action] = Object.keys(control)
      await recordAudit(tx, {
        ...{ actor, reason, action: `sales.${action}`, subject: saleId },
        ...{ before: standing(before), after: standing(after) },
      })
    }
    return ok(null)
  })
  if (!changed.ok && changed.reason !== 'changed_meanwhile') return changed
  // Also after a refusal: whoever presses again, because Redis did not answer the first time, is refused by their own
  // change, and Redis has still to hear of it.
  const isTold = await repeatControl(ctx, saleId)
  if (!changed.ok) return changed
  return isTold ? ok(null) : refused('try_again')
}

type SaleRow = typeof sales.$inferSelect

const standing = ({ pausedAt, opensAt, closesAt }: SaleRow) => ({
  paused: pausedAt !== null,
  ...{ opensAt: opensAt.toISOString(), closesAt: closesAt.toISOString() },
})

const isAsSeen = ({ pausedAt, closesAt }: SaleRow, { seen }: By) =>
  (pausedAt !== null) === seen.paused && closesAt.getTime() === seen.closesAt.getTime()

/**
 * Tells Redis what the ledger says now: after a change, and again because a process died between the two or Redis came
 * back older (I15). One at a time, under the lock of the sale: of two merchants who change it at once the later one's
 * word is the last in both stores. False when Redis is in another epoch.
 */
export const repeatControl = (ctx: Context, saleId: string): Promise<boolean> =>
  ctx.db.transaction(async (tx) => {
    const [sale] = await tx.select().from(sales).where(eq(sales.id, saleId)).for('update')
    return sale !== undefined && (await tellRedis(ctx, sale)).code === 'ok'
  })

const tellRedis = (ctx: Pick<Context, 'redis'>, sale: typeof sales.$inferSelect) =>
  runScript(ctx.redis, controlScript, saleKeys(sale.id), {
    epoch: epochText(sale),
    paused: sale.pausedAt ? 'yes' : 'no',
    opensAt: sale.opensAt.getTime(),
    closesAt: sale.closesAt.getTime(),
  })

function changes(control: Control) {
  if ('pause' in control) return { pausedAt: sql`coalesce(${sales.pausedAt}, now())` }
  if ('resume' in control) {
    return {
      pausedAt: null,
      pausedMs: sql`${sales.pausedMs} + coalesce(extract(epoch from now() - ${sales.pausedAt}) * 1000, 0)::bigint`,
    }
  }
  if ('close' in control) {
    // A sale that never opened ends with an empty window in the past, rather than opening for its last moment.
    return {
      opensAt: sql`least(${sales.opensAt}, now() - interval '1 millisecond')`,
      closesAt: sql`least(${sales.closesAt}, now())`,
    }
  }
  return control
}
