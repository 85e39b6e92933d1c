import { randomBytes } from 'node:crypto'
import { eq, sql } from 'drizzle-orm'
import { runScript } from '../../db/define-script'
import { claimGroup, freeScoresPerItem, saleKeys } from '../../db/keys'
import type { Transaction } from '../../db/postgres'
import { items, orderLines, orders, sales, units } from '../../db/schema'
import type { Context } from '../context'
import type { HoldLine, HoldRecord } from '../units/hold-record'
import { addLoadScript, beginLoadScript, endLoadScript } from './load.lua'
import { epochText } from './record'

/** Fields or members that one script call adds: Lua's `unpack` takes a few thousand values. */
const chunk = 1_000

type LedgerReading = {
  items: (typeof items.$inferSelect & { next: number; sold: number })[]
  free: { position: number; number: number }[]
  holds: { buyer: string; hold: HoldRecord }[]
  bought: { field: string; quantity: number }[]
}

/**
 * Puts a published sale into Redis from what the ledger knows, under a new epoch: free units, the frozen holds of
 * unpaid orders, and what buyers already paid for. Open carts are not in the ledger and are lost; no unit and no money
 * is. Of two loaders at once the later epoch wins. Answers false when this one lost, and when the ledger no longer has
 * the epoch that was `seen`: the sale has been loaded since, and the carts in it stay.
 */
export async function loadSale(ctx: Context, saleId: string, seen?: number): Promise<boolean> {
  const epoch = await ctx.db.transaction((tx) => beginEpoch(ctx, tx, saleId, seen))
  return epoch === undefined ? false : fillEpoch(ctx, saleId, epoch)
}

/** Puts what the ledger knows into an epoch that Redis has begun, and ends with the sale open. False: a later one won. */
export async function fillEpoch(ctx: Context, saleId: string, epoch: string): Promise<boolean> {
  const keys = saleKeys(saleId)
  const ledger = await ctx.db.transaction((tx) => readLedger(tx, saleId), {
    isolationLevel: 'repeatable read',
  })
  const parts = {
    free: ledger.free.map((unit) => [unit.position * freeScoresPerItem, `${unit.position}:${unit.number}`]),
    holds: ledger.holds.map(({ buyer, hold }) => [buyer, JSON.stringify(hold)]),
    bought: ledger.bought.map(({ field, quantity }) => [field, quantity]),
  }
  const longest = Math.max(1, parts.free.length, parts.holds.length, parts.bought.length)
  for (let from = 0; from < longest; from += chunk) {
    const added = await runScript(ctx.redis, addLoadScript, keys, {
      epoch,
      itemFields: from === 0 ? ledger.items.map(itemFields) : [],
      freeMembers: parts.free.slice(from, from + chunk).flat(),
      holdFields: parts.holds.slice(from, from + chunk).flat(),
      boughtFields: parts.bought.slice(from, from + chunk).flat(),
    })
    if (added.code === 'outdated') return false
  }
  return (await runScript(ctx.redis, endLoadScript, keys, { epoch })).code === 'ok'
}

/**
 * Raises the epoch in both stores, in the caller's transaction: Redis has begun it before the ledger shows it, so whoever finds an epoch in the
 * ledger that Redis does not have knows that Redis lost it, and not that somebody is about to load it.
 */
export async function beginEpoch(
  ctx: Context,
  tx: Transaction,
  saleId: string,
  seen?: number,
): Promise<string | undefined> {
  const nonce = randomBytes(6).toString('hex')
  // FOR UPDATE waits for claims of the old epoch, which hold the row FOR SHARE: none of them commits after this.
  const [current] = await tx
    .select({ epoch: sales.epoch })
    .from(sales)
    .where(eq(sales.id, saleId))
    .for('update')
  if (seen !== undefined && current?.epoch !== seen) return undefined
  const [sale] = await tx
    .update(sales)
    .set({ epoch: sql`${sales.epoch} + 1`, nonce })
    .where(eq(sales.id, saleId))
    .returning()
  if (!sale) throw new Error(`There is no sale ${saleId}.`)
  const epoch = epochText(sale)
  const begun = await runScript(ctx.redis, beginLoadScript, saleKeys(saleId), {
    ...{ epoch, number: sale.epoch, group: claimGroup, stateFields: stateFields(sale) },
  })
  return begun.code === 'outdated' ? undefined : epoch
}

function stateFields(sale: typeof sales.$inferSelect): (string | number)[] {
  return [
    ...['epoch', epochText(sale), 'loading', '1', 'currency', sale.currency],
    ...['opensAt', sale.opensAt.getTime(), 'closesAt', sale.closesAt.getTime()],
    ...['holdMs', sale.holdSeconds * 1000, 'extensions', sale.extensions, 'returnMs', sale.returnMs],
    ...['pausedAt', sale.pausedAt?.getTime() ?? '', 'pausedMs', sale.pausedMs],
  ]
}

function itemFields(item: LedgerReading['items'][number]): (string | number)[] {
  return [
    ...[`${item.id}:position`, item.position, `${item.id}:next`, item.next],
    ...[`${item.id}:allocation`, item.allocation, `${item.id}:limit`, item.limitPerBuyer],
    ...[`${item.id}:price`, item.priceMinor, `${item.id}:sold`, item.sold],
  ]
}

async function readLedger(tx: Transaction, saleId: string): Promise<LedgerReading> {
  await tx.execute(sql`set local statement_timeout = 0`)
  const rows = await tx.select().from(items).where(eq(items.saleId, saleId))
  const counts = await tx.execute<{ item_id: string; next: number }>(sql`
    select item_id, max(number) + 1 as next from ${units}
    where sale_id = ${saleId} and order_id is not null group by item_id`)
  const next = new Map(counts.map((row) => [row.item_id, row.next]))
  const free = await tx.execute<{ position: number; number: number }>(sql`
    with issued as materialized (
      select item_id, max(number) as last from ${units}
      where sale_id = ${saleId} and order_id is not null group by item_id)
    select i.position, u.number from ${units} u join ${items} i on i.sale_id = u.sale_id and i.id = u.item_id
    join issued on issued.item_id = u.item_id
    where u.sale_id = ${saleId} and u.order_id is null and u.number < issued.last`)
  const unpaid = await tx.execute<UnpaidRow>(sql`
    select o.id, o.buyer_id, o.hold_id, o.body_hash, l.item_id, l.numbers, l.price_minor
    from ${orders} o join ${orderLines} l on l.sale_id = o.sale_id and l.order_id = o.id
    where o.sale_id = ${saleId} and o.state in ('awaiting_payment', 'capturing')
    order by o.number, l.item_id`)
  const paid = await tx.execute<{ buyer_id: string; item_id: string; quantity: number }>(sql`
    select o.buyer_id, l.item_id, sum(cardinality(l.numbers))::int as quantity
    from ${orders} o join ${orderLines} l on l.sale_id = o.sale_id and l.order_id = o.id
    where o.sale_id = ${saleId} and o.state = 'paid' group by 1, 2`)
  const sold = new Map<string, number>()
  for (const row of paid) sold.set(row.item_id, (sold.get(row.item_id) ?? 0) + row.quantity)
  return {
    items: rows.map((item) => ({ ...item, next: next.get(item.id) ?? 1, sold: sold.get(item.id) ?? 0 })),
    free: [...free],
    holds: frozenHolds(unpaid),
    bought: paid.map((row) => ({ field: `${row.buyer_id}:${row.item_id}`, quantity: row.quantity })),
  }
}

type UnpaidRow = {
  id: string
  buyer_id: string
  hold_id: string
  body_hash: string
  item_id: string
  numbers: number[]
  price_minor: number
}

function frozenHolds(rows: Iterable<UnpaidRow>): LedgerReading['holds'] {
  const holds = new Map<string, LedgerReading['holds'][number]>()
  for (const row of rows) {
    const line: HoldLine = { item: row.item_id, numbers: row.numbers, price: row.price_minor }
    const known = holds.get(row.id)
    if (known) known.hold.lines.push(line)
    else {
      holds.set(row.id, {
        buyer: row.buyer_id,
        hold: {
          ...{ id: row.hold_id, state: 'ordered', deadline: 0, extended: 0, extension: '', version: 1 },
          ...{ order: row.id, body: row.body_hash, lines: [line] },
        },
      })
    }
  }
  return [...holds.values()]
}
