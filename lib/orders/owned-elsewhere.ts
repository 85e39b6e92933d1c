import { sql } from 'drizzle-orm'
import { units } from '../../db/schema'
import type { Context } from '../context'
import type { HoldLine } from '../units/hold-record'

/** Per order, the units of its lines that the ledger gave to another order: those must not become free (I1). */
export async function ownedElsewhere(
  ctx: Pick<Context, 'db'>,
  saleId: string,
  orders: { orderId: string; lines: HoldLine[] }[],
): Promise<Map<string, { item: string; number: number }[]>> {
  const owned = new Map<string, { item: string; number: number }[]>()
  for (const { orderId, lines } of orders) {
    const wanted = lines.flatMap((line) => line.numbers.map((number) => ({ item: line.item, number })))
    if (wanted.length === 0) continue
    const rows = await ctx.db.execute<{ item: string; number: number }>(sql`
      select u.item_id as item, u.number from ${units} u
      join unnest(${sql.param(wanted.map(() => saleId))}::text[], ${sql.param(wanted.map((u) => u.item))}::text[],
        ${sql.param(wanted.map((u) => u.number))}::int[]) as w (sale_id, item_id, number)
        on u.sale_id = w.sale_id and u.item_id = w.item_id and u.number = w.number
      where u.order_id is not null`)
    owned.set(orderId, [...rows])
  }
  return owned
}
