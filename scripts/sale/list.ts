import { sql } from 'drizzle-orm'
import { items, orderLines, orders, sales } from '../../db/schema'
import type { Context } from '../../lib/context'
import { table } from '../table'

type Row = {
  slug: string
  phase: string
  opens_at: string
  closes_at: string
  sold: number
  allocation: number
}

/** Every sale with its state, window and units sold, in order of opening, as a table to read. */
export async function list(ctx: Pick<Context, 'db'>): Promise<string> {
  const rows = await ctx.db.execute<Row>(sql`
    select s.slug,
      case when s.state = 'draft' then 'draft' when s.closes_at <= now() then 'closed'
        when s.paused_at is not null then 'paused' when s.opens_at > now() then 'upcoming' else 'open' end as phase,
      to_char(s.opens_at at time zone 'utc', 'YYYY-MM-DD HH24:MI:SS') as opens_at,
      to_char(s.closes_at at time zone 'utc', 'YYYY-MM-DD HH24:MI:SS') as closes_at,
      (select coalesce(sum(cardinality(l.numbers)), 0)::int from ${orders} o
        join ${orderLines} l on l.sale_id = o.sale_id and l.order_id = o.id
        where o.sale_id = s.id and o.state = 'paid') as sold,
      (select coalesce(sum(i.allocation), 0)::int from ${items} i where i.sale_id = s.id) as allocation
    from ${sales} s order by s.opens_at, s.id`)
  if (rows.length === 0) return 'There are no sales yet.'
  return table([
    ['sale', 'state', 'opens (UTC)', 'closes (UTC)', 'sold'],
    ...rows.map((row) => [row.slug, row.phase, row.opens_at, row.closes_at, `${row.sold}/${row.allocation}`]),
  ])
}
