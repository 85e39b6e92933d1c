import { eq, sql } from 'drizzle-orm'
import { items, sales, units } from '../../db/schema'
import { type Actor, recordAudit } from '../audit/record'
import type { Context } from '../context'
import { beginEpoch, fillEpoch } from './load'

/**
 * Mints the unit rows of a draft and puts it into Redis. From here on the ledger holds exactly the allocation of each
 * item, so that overselling is impossible by schema (I1, I7). False when it is no draft (any more): then nothing is
 * changed, least of all the carts in it; what a crash left half done is the reconciler's. Written down with `actor`.
 */
export async function publishSale(ctx: Context, saleId: string, actor?: Actor): Promise<boolean> {
  const begun = await ctx.db.transaction(async (tx) => {
    // A million rows take a few seconds; the bound for requests is not meant for them.
    await tx.execute(sql`set local statement_timeout = 0`)
    const [sale] = await tx
      .select({ state: sales.state })
      .from(sales)
      .where(eq(sales.id, saleId))
      .for('update')
    if (sale?.state !== 'draft') return undefined
    await tx.execute(sql`
      insert into ${units} (sale_id, item_id, number)
      select sale_id, id, generate_series(1, allocation) from ${items} where sale_id = ${saleId}`)
    if (actor) {
      const rest = { action: 'sales.publish', subject: saleId, reason: '' }
      const change = { before: { state: 'draft' }, after: { state: 'published' } }
      await recordAudit(tx, { actor, ...rest, ...change })
    }
    await tx.update(sales).set({ state: 'published' }).where(eq(sales.id, saleId))
    // Here, so that nobody sees a published sale that Redis knows nothing of, and takes it for lost.
    return beginEpoch(ctx, tx, saleId)
  })
  if (begun === undefined) return false
  // Postgres would learn of a million new rows only a minute later, and read all of them for every question till then.
  await ctx.db.execute(sql`analyze ${units}`)
  await fillEpoch(ctx, saleId, begun)
  return true
}
