import { sql } from 'drizzle-orm'
import { intents } from '../../db/sandbox-schema'
import { orderLines, orders, payments } from '../../db/schema'
import type { Context } from '../../lib/context'
import type { Buyer } from './buyer'
import type { History, Unit } from './history'

type Row = {
  id: string
  buyer: string
  state: string
  units: Unit[]
  captures: number
  captured_minor: number
}

/** Every order of the sale with its units, and what the provider took for it by its own books. */
async function readOrders(ctx: Pick<Context, 'db'>, saleId: string): Promise<Map<string, Row>> {
  const rows = await ctx.db.execute<Row>(sql`
    select o.id, o.buyer_id as buyer, o.state,
      array(select l.item_id || ':' || n from ${orderLines} l cross join unnest(l.numbers) as n
        where l.sale_id = o.sale_id and l.order_id = o.id) as units,
      coalesce(taken.captures, 0)::int as captures, coalesce(taken.minor, 0)::float8 as captured_minor
    from ${orders} o left join (
      select p.order_id, sum(i.captures) as captures, sum(i.amount_minor * i.captures) as minor
      from ${payments} p join ${intents} i on i.key = p.id where p.sale_id = ${saleId} group by 1
    ) taken on taken.order_id = o.id
    where o.sale_id = ${saleId}`)
  return new Map(rows.map((row) => [row.id, row]))
}

const same = (a: Unit[], b: Unit[]) => a.toSorted().join() === b.toSorted().join()

/**
 * Holds what the clients were told against the ledger and the provider's books: an order they saw confirmed is there,
 * one they saw paid is paid with the same units and was charged once, nobody else saw those units, and nobody was
 * charged for anything they don't know of. Answers what differs, after each order's id.
 */
export async function compare(
  ctx: Pick<Context, 'db'>,
  saleId: string,
  history: History,
  crowd: Buyer[],
): Promise<string[]> {
  const ledger = await readOrders(ctx, saleId)
  const differences: string[] = []
  const owners = new Map<Unit, string>()
  const seenPaid = new Set<string>()
  for (const seen of history.all()) {
    const row = ledger.get(seen.orderId)
    const differs = (what: string) => differences.push(`${seen.orderId} ${what}`)
    if (!row) {
      differs(`was ${seen.state} and is not in the ledger`)
      continue
    }
    if (row.buyer !== seen.buyerId) differs('belongs to another buyer')
    if (seen.state !== 'paid') continue
    seenPaid.add(seen.orderId)
    if (row.state !== 'paid') differs(`was paid and is ${row.state}`)
    if (!same(row.units, seen.units)) differs('has other units than its buyer saw')
    if (row.captures !== 1 || row.captured_minor !== seen.totalMinor) differs('was not charged exactly once')
    for (const unit of seen.units) {
      const other = owners.get(unit)
      if (other) differs(`has unit ${unit}, which ${other} has as well`)
      owners.set(unit, seen.orderId)
    }
  }
  const ours = new Set(crowd.map((buyer) => buyer.buyerId))
  for (const row of ledger.values()) {
    if (!ours.has(row.buyer) || seenPaid.has(row.id)) continue
    if (row.captures > 0) differences.push(`${row.id} was charged, and its buyer does not know`)
    else if (row.state === 'paid') differences.push(`${row.id} is paid, and its buyer does not know`)
  }
  return differences
}
