import { eq, sql } from 'drizzle-orm'
import { saleKeys } from '../../db/keys'
import type { Transaction } from '../../db/postgres'
import { items, orderLines, orders, payments, products, sales, variants } from '../../db/schema'
import type { Context } from '../context'
import type { OrderState } from '../orders/state'
import { living } from './checks'
import type { Admission } from './checks-admission'
import { readRedis } from './reading'

/** Everything admission knows, with the sale's clock and the counts for the limit. */
export async function readAdmission(ctx: Pick<Context, 'redis'>, saleId: string): Promise<Admission | null> {
  const keys = saleKeys(saleId)
  const [redis, [state, time]] = await Promise.all([
    readRedis(ctx, saleId),
    ctx.redis
      .multi()
      .hmget(keys.state, 'pausedAt', 'pausedMs')
      .time()
      .exec<[(string | null)[], [string, string]]>(),
  ])
  if (!redis) return null
  const [pausedAt, pausedMs] = state.map((value) => Number(value ?? 0))
  const now = Number(time[0]) * 1000 + Math.floor(Number(time[1]) / 1000)
  return { redis, saleNow: (pausedAt || now) - (pausedMs ?? 0), bought: await readBought(ctx, keys.bought) }
}

/** Page by page: half a million buyers in one reply would take longer than a command may. */
async function readBought(ctx: Pick<Context, 'redis'>, key: string): Promise<Map<string, number>> {
  const bought = new Map<string, number>()
  let cursor = '0'
  do {
    const [next, fields] = (await ctx.redis.hscan(key, cursor, { count: 5_000 })) as [string, string[]]
    for (let i = 0; i < fields.length; i += 2) bought.set(fields[i] ?? '', Number(fields[i + 1]))
    cursor = String(next)
  } while (cursor !== '0')
  return bought
}

export type LedgerReading = {
  sale: typeof sales.$inferSelect
  items: { id: string; title: string; minted: number; limit: number }[]
  /** Item → units in paid orders. */
  sold: Map<string, number>
  /** `<buyer>:<item>` → units in paid orders. */
  bought: Map<string, number>
  orders: Map<string, { state: OrderState; owns: boolean; holdId: string; buyerId: string }>
  payments: Record<string, number>
  capturedMinor: number
  paidMinor: number
}

/** What the ledger knows of a sale, from the caller's snapshot. */
export async function readLedger(tx: Transaction, saleId: string): Promise<LedgerReading> {
  const [sale] = await tx.select().from(sales).where(eq(sales.id, saleId))
  if (!sale) throw new Error('There is no such sale.')
  const known = await tx
    .select({ id: items.id, title: products.title, minted: items.allocation, limit: items.limitPerBuyer })
    .from(items)
    .innerJoin(variants, eq(variants.id, items.variantId))
    .innerJoin(products, eq(products.id, variants.productId))
    .where(eq(items.saleId, saleId))
    .orderBy(items.position)
  const paid = await tx.execute<{ buyer: string; item: string; quantity: number }>(sql`
    select o.buyer_id as buyer, l.item_id as item, sum(cardinality(l.numbers))::int as quantity from ${orders} o
    join ${orderLines} l on l.sale_id = o.sale_id and l.order_id = o.id
    where o.sale_id = ${saleId} and o.state = 'paid' group by 1, 2`)
  const sold = new Map<string, number>()
  for (const row of paid) sold.set(row.item, (sold.get(row.item) ?? 0) + row.quantity)
  const made = await tx.execute<{
    id: string
    state: OrderState
    hold: string
    buyer: string
    owns: boolean
  }>(sql`
    select id, state, hold_id as hold, buyer_id as buyer, state in ${living} as owns
    from ${orders} where sale_id = ${saleId}`)
  const money = await tx.execute<{ state: string; count: number; minor: string }>(sql`
    select state, count(*)::int as count, sum(amount_minor) as minor from ${payments}
    where sale_id = ${saleId} group by state order by state`)
  const [total] = await tx.execute<{ minor: string }>(sql`
    select coalesce(sum(total_minor), 0) as minor from ${orders} where sale_id = ${saleId} and state = 'paid'`)
  return {
    sale,
    items: known,
    sold,
    bought: new Map(paid.map((row) => [`${row.buyer}:${row.item}`, row.quantity])),
    orders: new Map(
      made.map((row) => [row.id, { state: row.state, owns: row.owns, holdId: row.hold, buyerId: row.buyer }]),
    ),
    payments: Object.fromEntries(money.map((row) => [row.state, row.count])),
    capturedMinor: Number(money.find((row) => row.state === 'captured')?.minor ?? 0),
    paidMinor: Number(total?.minor ?? 0),
  }
}
