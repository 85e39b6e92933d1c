import { and, eq, sql } from 'drizzle-orm'
import { sales } from '../../db/schema'
import type { Context } from '../../lib/context'
import { readSales, type SaleRecord } from '../../lib/sales/record'

/** The published sale with this slug. Throws an Error with one sentence when there is none. */
export async function getSale(ctx: Pick<Context, 'db'>, slug: string): Promise<SaleRecord> {
  const [sale] = await readSales(ctx, and(eq(sales.slug, slug), eq(sales.state, 'published')) ?? sql`false`)
  if (!sale) throw new Error(`There is no published sale "${slug}": "npm run sale -- list" shows them all.`)
  return sale
}
