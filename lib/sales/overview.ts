import { desc, eq, type SQL, sql } from 'drizzle-orm'
import { items, orderLines, orders, sales } from '../../db/schema'
import type { Context } from '../context'

/** A sale as its merchant sees it in a list. Counts of units; money in minor units. */
export type SaleOverview = {
  id: string
  slug: string
  title: string
  phase: 'draft' | 'upcoming' | 'open' | 'paused' | 'closed'
  opensAt: Date
  closesAt: Date
  currency: string
  /** Units of paid orders, and what they brought. */
  sold: number
  revenueMinor: number
  /** Units of orders that wait for their payment. */
  unpaid: number
  allocation: number
}

type Row = Omit<SaleOverview, 'opensAt' | 'closesAt'> & { opensAt: string; closesAt: string }

/** Every sale by what the ledger says, in order of opening. */
export const listSaleOverviews = (ctx: Pick<Context, 'db'>): Promise<SaleOverview[]> => read(ctx, sql`true`)

/** One sale by what the ledger says, or null. */
export async function findSaleOverview(
  ctx: Pick<Context, 'db'>,
  saleId: string,
): Promise<SaleOverview | null> {
  const [sale] = await read(ctx, sql`s.id = ${saleId}`)
  return sale ?? null
}

/** The names of every published sale, the latest first. */
export const listSaleTitles = (ctx: Pick<Context, 'db'>): Promise<{ id: string; title: string }[]> =>
  ctx.db
    .select({ id: sales.id, title: sales.title })
    .from(sales)
    .where(eq(sales.state, 'published'))
    .orderBy(desc(sales.opensAt))

async function read(ctx: Pick<Context, 'db'>, where: SQL): Promise<SaleOverview[]> {
  const rows = await ctx.db.execute<Row>(sql`
    select s.id, s.slug, s.title, s.currency,
      case when s.state = 'draft' then 'draft' when s.closes_at <= now() then 'closed'
        when s.paused_at is not null then 'paused' when s.opens_at > now() then 'upcoming' else 'open' end as phase,
      s.opens_at as "opensAt", s.closes_at as "closesAt",
      coalesce(o.sold, 0)::int as sold, coalesce(o.unpaid, 0)::int as unpaid,
      coalesce(o.revenue, 0)::float8 as "revenueMinor",
      (select coalesce(sum(i.allocation), 0)::int from ${items} i where i.sale_id = s.id) as allocation
    from ${sales} s
    left join (
      select o.sale_id,
        sum(cardinality(l.numbers)) filter (where o.state = 'paid') as sold,
        sum(cardinality(l.numbers)) filter (where o.state in ('awaiting_payment', 'capturing')) as unpaid,
        sum(cardinality(l.numbers)::bigint * l.price_minor) filter (where o.state = 'paid') as revenue
      from ${orders} o join ${orderLines} l on l.sale_id = o.sale_id and l.order_id = o.id
      group by o.sale_id
    ) o on o.sale_id = s.id
    where ${where}
    order by s.opens_at, s.id`)
  return rows.map((row) => ({
    ...row,
    opensAt: new Date(row.opensAt),
    closesAt: new Date(row.closesAt),
  }))
}
