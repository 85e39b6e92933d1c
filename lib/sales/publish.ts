import { eq, sql } from 'drizzle-orm'
import { items, sales, units } from '../../db/schema'
import { type Actor, recordAudit } from '../audit/record'
import type { Context } from '../context'
import { beginEpoch, fillEpoch, loadSale } from './load'

/**
 * Mints the unit rows of a draft and puts it into Redis. Publishing again mints nothing. From here on the ledger holds
 * exactly the allocation of each item, so that overselling is impossible by schema (I1, I7). Written down with `actor`.
 */
export async function publishSale(ctx: Context, saleId: string, actor?: Actor): Promise<void> {
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
  // Postgres would learn of a million new rows only a minute later, and read all of them for every question till then.
  await ctx.db.execute(sql`analyze ${units}`)
  await (begun === undefined ? loadSale(ctx, saleId) : fillEpoch(ctx, saleId, begun))
}
