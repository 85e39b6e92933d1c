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
  const changed = await ctx.db.transaction(async (tx): Promise<Result<SaleRow>> => {
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
    return ok(after)
  })
  if (!changed.ok) return changed
  const reply = await tellRedis(ctx, changed.value)
  return reply.code === 'ok' ? ok(null) : refused('try_again')
}

type SaleRow = typeof sales.$inferSelect

const standing = ({ pausedAt, opensAt, closesAt }: SaleRow) => ({
  paused: pausedAt !== null,
  ...{ opensAt: opensAt.toISOString(), closesAt: closesAt.toISOString() },
})

const isAsSeen = ({ pausedAt, closesAt }: SaleRow, { seen }: By) =>
  (pausedAt !== null) === seen.paused && closesAt.getTime() === seen.closesAt.getTime()

/**
 * Tells Redis again what the ledger says, because a process died between the two or Redis came back older (I15).
 * Whoever changes the sale meanwhile waits for our lock, and so tells Redis after us.
 */
export async function repeatControl(ctx: Context, saleId: string): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const [sale] = await tx.select().from(sales).where(eq(sales.id, saleId)).for('share')
    if (sale) await tellRedis(ctx, sale)
  })
}

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
