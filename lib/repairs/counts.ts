import { type SQL, sql } from 'drizzle-orm'
import { saleKeys } from '../../db/keys'
import { orderLines, orders } from '../../db/schema'
import type { Context } from '../context'
import type { RedisReading } from './reading'

/** A count of paid units as Redis has it (`read`) and as the ledger has it. */
export type SoldDifference = { item: string; read: number; ledger: number }
export type BoughtDifference = { buyer: string; item: string; read: number; ledger: number }

/** What is sold of each item. Payments on their way differ for a moment: only what two readings agree on is a fault. */
export async function soldDifferences(
  ctx: Pick<Context, 'db'>,
  saleId: string,
  redis: RedisReading,
): Promise<SoldDifference[]> {
  const ledger = await paidUnits(ctx, saleId, sql`l.item_id`)
  return [...redis.items]
    .map(([item, { sold }]) => ({ item, read: sold, ledger: ledger.get(item) ?? 0 }))
    .filter(({ read, ledger: paid }) => read !== paid)
}

/**
 * What each buyer bought, for the limit (I6). A Redis that came back older than the ledger lacks both counts, so this
 * larger reading is only taken where `sold` is known to be wrong.
 */
export async function boughtDifferences(ctx: Context, saleId: string): Promise<BoughtDifference[]> {
  const read = new Map<string, number>()
  const flat = (await ctx.redis.hgetall(saleKeys(saleId).bought)) as string[] | null
  for (let i = 0; flat && i < flat.length; i += 2) read.set(flat[i] ?? '', Number(flat[i + 1]))
  const ledger = await paidUnits(ctx, saleId, sql`o.buyer_id || ':' || l.item_id`)
  return [...new Set([...read.keys(), ...ledger.keys()])]
    .map((field) => {
      const [buyer = '', item = ''] = field.split(':')
      return { buyer, item, read: read.get(field) ?? 0, ledger: ledger.get(field) ?? 0 }
    })
    .filter((each) => each.read !== each.ledger)
}

async function paidUnits(ctx: Pick<Context, 'db'>, saleId: string, field: SQL): Promise<Map<string, number>> {
  const rows = await ctx.db.execute<{ field: string; units: number }>(sql`
    select ${field} as field, sum(cardinality(l.numbers))::int as units
    from ${orders} o join ${orderLines} l on l.sale_id = o.sale_id and l.order_id = o.id
    where o.sale_id = ${saleId} and o.state = 'paid' group by 1`)
  return new Map(rows.map((row) => [row.field, row.units]))
}
