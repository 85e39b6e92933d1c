import { and, eq, inArray, sql } from 'drizzle-orm'
import { isBadData, ledgerErrorCode, type Transaction } from '../../db/postgres'
import { buyerCounts, contactCounts, items, orderLines, orders, sales, units } from '../../db/schema'
import { contactOf } from '../contact'
import type { Context } from '../context'
import { epochText } from '../sales/record'
import { type Entry, totalOf } from './entry'
import type { OrderState } from './state'

/** Why a rejected order was, when it was its buyer's doing. */
type Refusal = (typeof orders.$inferInsert)['refusal']

/** A batch that can't be claimed as a whole: some unit has an owner already, or a limit is exceeded. */
class Conflict extends Error {
  constructor(readonly refusal: Refusal = null) {
    super()
  }
}

/** Deadlocks end by themselves: Postgres stops one of the two. More than this in a row is a fault. */
const deadlockAttempts = 3

/**
 * Makes the ledger decide about entries of a sale's stream, in stream order, and tells each order's state. An order gets
 * all its units or none (I1, I2, I6); an entry that was claimed before keeps its order as it is (I12), so running it
 * again is harmless. A batch that fails is halved until the entry at fault stands alone: that one is `rejected` and the
 * others go on. Throws when the ledger is down: nothing is decided then, the entries stay pending.
 */
export async function claim(
  ctx: Context,
  saleId: string,
  entries: Entry[],
): Promise<Map<string, OrderState>> {
  if (entries.length === 0) return new Map()
  let refusal: Refusal = null
  for (let attempt = 1; ; attempt++) {
    try {
      return await ctx.db.transaction((tx) => claimTogether(tx, saleId, withContacts(ctx, saleId, entries)))
    } catch (error) {
      if (ledgerErrorCode(error) === '40P01' && attempt < deadlockAttempts) continue
      if (!(error instanceof Conflict) && !isBadData(error)) throw error
      if (error instanceof Conflict) refusal = error.refusal
      break
    }
  }
  const [only] = entries
  if (entries.length === 1 && only) return reject(ctx, saleId, only, refusal)
  const middle = Math.ceil(entries.length / 2)
  const first = await claim(ctx, saleId, entries.slice(0, middle))
  const second = await claim(ctx, saleId, entries.slice(middle))
  return new Map([...first, ...second])
}

type Contacted = Entry & { contact: string }

const withContacts = (ctx: Context, saleId: string, entries: Entry[]): Contacted[] =>
  entries.map((entry) => ({
    ...entry,
    contact: contactOf(ctx.env.APP_SECRET, saleId, entry.details.email),
  }))

async function claimTogether(tx: Transaction, saleId: string, entries: Contacted[]) {
  // FOR SHARE: a rebuild, which raises the epoch, waits for us, and we for it.
  const [sale] = await tx.select().from(sales).where(eq(sales.id, saleId)).for('share')
  if (!sale || entries.some((entry) => entry.epoch !== epochText(sale))) {
    if (sale && entries.every((entry) => entry.epoch !== epochText(sale))) {
      return insertRejected(tx, saleId, sale.currency, entries)
    }
    throw new Conflict()
  }
  const inserted = await insertOrders(tx, sale, entries)
  const fresh = entries.filter((entry) => inserted.has(entry.orderId))
  if (fresh.length > 0) {
    // Sent one after the other without waiting: the first that fails fails the transaction.
    await Promise.all([
      claimUnits(tx, saleId, fresh),
      insertLines(tx, saleId, fresh),
      countForLimit(tx, saleId, buyerCounts, fresh, (entry) => entry.buyerId),
      countForLimit(tx, saleId, contactCounts, fresh, (entry) => entry.contact),
    ])
  }
  const states = await readStates(tx, saleId, entries, inserted)
  // Its hold already has another order (I4): this one never comes to be.
  const refused = entries.filter((entry) => !states.has(entry.orderId))
  if (refused.length === 0) return states
  return new Map([...states, ...(await insertRejected(tx, saleId, sale.currency, refused))])
}

async function insertOrders(tx: Transaction, sale: typeof sales.$inferSelect, entries: Contacted[]) {
  const column = <T>(pick: (entry: Contacted) => T) => sql.param(entries.map(pick))
  const rows = await tx.execute<{ id: string }>(sql`
    insert into ${orders} (sale_id, id, buyer_id, hold_id, body_hash, state, total_minor, currency, pay_by, email, contact, details, entry_id)
    select ${sale.id}, e.id, e.buyer, e.hold, e.body, 'awaiting_payment', e.total, ${sale.currency},
      coalesce(${sale.pausedAt?.toISOString() ?? null}::timestamptz, now())
        - make_interval(secs => ${sale.pausedMs / 1000}) + make_interval(secs => ${sale.paySeconds}),
      e.email, e.contact, e.details, e.entry
    from unnest(${column((e) => e.orderId)}::text[], ${column((e) => e.buyerId)}::text[],
      ${column((e) => e.holdId)}::text[], ${column((e) => e.bodyHash)}::text[],
      ${column((e) => totalOf(e.lines))}::bigint[], ${column((e) => e.details.email)}::text[],
      ${column((e) => e.contact)}::text[], ${column((e) => JSON.stringify(e.details))}::text[],
      ${column((e) => e.entryId)}::text[])
      as e (id, buyer, hold, body, total, email, contact, details, entry)
    on conflict do nothing returning id`)
  return new Set(rows.map((row) => row.id))
}

/** Every unit of the entries, in one order for everybody, so that two claims can't deadlock on them. */
function unitsOf(entries: Entry[]) {
  return entries
    .flatMap((entry) =>
      entry.lines.flatMap((line) =>
        line.numbers.map((number) => ({ item: line.item, number, order: entry.orderId })),
      ),
    )
    .sort((a, b) => (a.item === b.item ? a.number - b.number : a.item < b.item ? -1 : 1))
}

async function claimUnits(tx: Transaction, saleId: string, entries: Entry[]) {
  const wanted = unitsOf(entries)
  // Each row names the sale: were it a constant, then for a sale that was minted a moment ago, of which Postgres has no
  // statistics yet, it would read all units of the sale (a second) instead of looking up each of these (milliseconds).
  const claimed = await tx.execute(sql`
    update ${units} u set order_id = w.order_id
    from unnest(${sql.param(wanted.map(() => saleId))}::text[], ${sql.param(wanted.map((u) => u.item))}::text[],
      ${sql.param(wanted.map((u) => u.number))}::int[], ${sql.param(wanted.map((u) => u.order))}::text[])
      as w (sale_id, item_id, number, order_id)
    where u.sale_id = w.sale_id and u.item_id = w.item_id and u.number = w.number and u.order_id is null`)
  if (claimed.count !== wanted.length) throw new Conflict()
}

async function insertLines(tx: Transaction, saleId: string, entries: Entry[]) {
  const lines = entries.flatMap((entry) => entry.lines.map((line) => ({ ...line, order: entry.orderId })))
  // An array of arrays must be rectangular in SQL, so each line's numbers travel as an array literal.
  await tx.execute(sql`
    insert into ${orderLines} (sale_id, order_id, item_id, numbers, price_minor)
    select ${saleId}, l.order_id, l.item_id, l.numbers::int[], l.price
    from unnest(${sql.param(lines.map((l) => l.order))}::text[], ${sql.param(lines.map((l) => l.item))}::text[],
      ${sql.param(lines.map((l) => `{${l.numbers.join(',')}}`))}::text[], ${sql.param(lines.map((l) => l.price))}::int[])
      as l (order_id, item_id, numbers, price)`)
}

/** Adds to what each buyer, or each contact, has, and refuses what goes beyond the limit (I6). */
async function countForLimit(
  tx: Transaction,
  saleId: string,
  counts: typeof buyerCounts | typeof contactCounts,
  entries: Contacted[],
  whoseOf: (entry: Contacted) => string,
) {
  const lines = entries.flatMap((entry) => entry.lines.map((line) => ({ ...line, whose: whoseOf(entry) })))
  const whose = sql.identifier(counts === buyerCounts ? 'buyer_id' : 'contact')
  const over = await tx.execute<{ over: boolean }>(sql`
    with counted as (
      insert into ${counts} as c (sale_id, item_id, ${whose}, quantity)
      select ${saleId}, l.item_id, l.whose, sum(l.quantity)
      from unnest(${sql.param(lines.map((l) => l.item))}::text[], ${sql.param(lines.map((l) => l.whose))}::text[],
        ${sql.param(lines.map((l) => l.numbers.length))}::int[]) as l (item_id, whose, quantity)
      group by 2, 3 order by l.whose collate "C", 2
      on conflict (sale_id, item_id, ${whose}) do update set quantity = c.quantity + excluded.quantity
      returning item_id, quantity)
    select true as over from counted join ${items} i on i.sale_id = ${saleId} and i.id = counted.item_id
    where counted.quantity > i.limit_per_buyer limit 1`)
  if (over.length > 0) throw new Conflict('limit_reached')
}

async function readStates(tx: Transaction, saleId: string, entries: Entry[], inserted: Set<string>) {
  const states = new Map<string, OrderState>()
  for (const id of inserted) states.set(id, 'awaiting_payment')
  const known = entries.map((entry) => entry.orderId).filter((id) => !inserted.has(id))
  if (known.length === 0) return states
  const rows = await tx
    .select({ id: orders.id, state: orders.state, holdId: orders.holdId })
    .from(orders)
    .where(and(eq(orders.saleId, saleId), inArray(orders.id, known)))
  const holdOf = new Map(entries.map((entry) => [entry.orderId, entry.holdId]))
  // An order that was made from another hold does not sell this one (I4): a late retry found its key used.
  for (const row of rows) states.set(row.id, row.holdId === holdOf.get(row.id) ? row.state : 'rejected')
  return states
}

/** Rejected orders stand in the ledger too, so that their buyers get a definite answer; they own nothing. */
async function insertRejected(
  tx: Transaction,
  saleId: string,
  currency: string,
  entries: Entry[],
  refusal: Refusal = null,
) {
  const inserted = await tx
    .insert(orders)
    .values(
      entries.map((entry) => ({
        ...{
          saleId,
          id: entry.orderId,
          buyerId: entry.buyerId,
          holdId: entry.holdId,
          bodyHash: entry.bodyHash,
        },
        ...{ state: 'rejected' as const, totalMinor: totalOf(entry.lines), currency, payBy: sql`now()` },
        ...{
          email: entry.details.email,
          details: JSON.stringify(entry.details),
          entryId: entry.entryId,
          refusal,
        },
      })),
    )
    .onConflictDoNothing()
    .returning({ id: orders.id })
  const states = await readStates(tx, saleId, entries, new Set())
  for (const { id } of inserted) states.set(id, 'rejected')
  return states
}

async function reject(ctx: Context, saleId: string, entry: Entry, refusal: Refusal) {
  ctx.log.warn({ saleId, orderId: entry.orderId, entryId: entry.entryId }, 'the ledger refused an order')
  return ctx.db.transaction(async (tx) => {
    const [sale] = await tx.select({ currency: sales.currency }).from(sales).where(eq(sales.id, saleId))
    if (!sale) return new Map<string, OrderState>([[entry.orderId, 'rejected']])
    return insertRejected(tx, saleId, sale.currency, [entry], refusal)
  })
}
