import postgres from 'postgres'
import { type Entry, totalOf } from '../../lib/orders/entry'

/** As many as one process of the shop has. */
export const rivalConnections = 10

/** Other ways to write an order down, in tables of the same form beside the ledger. */
export type Rivals = Awaited<ReturnType<typeof openRivals>>

const tables = `
create schema bench;
create table bench.orders (like orders including all);
create table bench.order_lines (like order_lines including all);
create table bench.buyer_counts (like buyer_counts including all);
create table bench.units (like units including all) with (fillfactor = 70);
create table bench.counter (id int primary key, remaining int not null check (remaining >= 0)) with (fillfactor = 10);
create table bench.counted_orders (like orders including all);
insert into bench.counter values (1, 100000000), (2, 100000000);
`

export async function openRivals(databaseUrl: string) {
  const sql = postgres(databaseUrl, { max: rivalConnections, onnotice: () => {} })
  await sql.unsafe(tables)

  const insertOrder = (tx: postgres.Sql | postgres.TransactionSql, saleId: string, entry: Entry) => tx`
    insert into bench.counted_orders
      (sale_id, id, buyer_id, hold_id, body_hash, state, total_minor, currency, pay_by, email, details, entry_id)
    values (${saleId}, ${entry.orderId}, ${entry.buyerId}, ${entry.holdId}, ${entry.bodyHash}, 'awaiting_payment',
      ${totalOf(entry.lines)}, 'EUR', now() + interval '10 minutes', ${entry.details.email},
      ${JSON.stringify(entry.details)}, ${entry.entryId})`

  return {
    /** The textbook's: every order takes the same row, so they queue for it, each for as long as a commit takes. */
    hotRow: (saleId: string, entry: Entry) =>
      sql.begin(async (tx) => {
        const taken =
          await tx`update bench.counter set remaining = remaining - 1 where id = 1 and remaining > 0`
        if (taken.count !== 1) throw new Error('The counter is empty.')
        await insertOrder(tx, saleId, entry)
      }),

    /** Read, decide, write: Postgres finds out who raced whom, and all but one try again. */
    async serializable(saleId: string, entry: Entry) {
      for (;;) {
        try {
          return await sql.begin('isolation level serializable', async (tx) => {
            const [row] = await tx`select remaining from bench.counter where id = 2`
            if (!(row?.remaining > 0)) throw new Error('The counter is empty.')
            await tx`update bench.counter set remaining = ${row?.remaining - 1} where id = 2`
            await insertOrder(tx, saleId, entry)
          })
        } catch (error) {
          if ((error as { code?: string }).code !== '40001') throw error
        }
      }
    },

    insert: (saleId: string, entries: Entry[]) => insertBatch(sql, saleId, entries),
    close: () => sql.end({ timeout: 5 }),
  }
}

/** What a claim leaves behind, row for row, with no question asked: no locks, no limits, no owner to respect. */
async function insertBatch(sql: postgres.Sql, saleId: string, entries: Entry[]) {
  const lines = entries.flatMap((entry) => entry.lines.map((line) => ({ ...line, entry })))
  const wanted = lines.flatMap((line) => line.numbers.map((number) => ({ ...line, number })))
  const ids = entries.map((e) => e.orderId)
  await sql.begin(async (tx) => {
    await tx`
      insert into bench.orders
        (sale_id, id, buyer_id, hold_id, body_hash, state, total_minor, currency, pay_by, email, details, entry_id)
      select ${saleId}, e.id, e.buyer, e.hold, e.body, 'awaiting_payment', e.total, 'EUR',
        now() + interval '10 minutes', e.email, e.details, e.entry
      from unnest(${ids}::text[], ${entries.map((e) => e.buyerId)}::text[], ${entries.map((e) => e.holdId)}::text[],
        ${entries.map((e) => e.bodyHash)}::text[], ${entries.map((e) => totalOf(e.lines))}::bigint[],
        ${entries.map((e) => e.details.email)}::text[], ${entries.map((e) => JSON.stringify(e.details))}::text[],
        ${entries.map((e) => e.entryId)}::text[]) as e (id, buyer, hold, body, total, email, details, entry)`
    await tx`
      insert into bench.units (sale_id, item_id, number, order_id)
      select ${saleId}, * from unnest(${wanted.map((u) => u.item)}::text[], ${wanted.map((u) => u.number)}::int[],
        ${wanted.map((u) => u.entry.orderId)}::text[])`
    await tx`
      insert into bench.order_lines (sale_id, order_id, item_id, numbers, price_minor)
      select ${saleId}, l.id, l.item, l.numbers::int[], l.price
      from unnest(${lines.map((l) => l.entry.orderId)}::text[], ${lines.map((l) => l.item)}::text[],
        ${lines.map((l) => `{${l.numbers.join(',')}}`)}::text[], ${lines.map((l) => l.price)}::int[])
        as l (id, item, numbers, price)`
    await tx`
      insert into bench.buyer_counts (sale_id, item_id, buyer_id, quantity)
      select ${saleId}, * from unnest(${lines.map((l) => l.item)}::text[],
        ${lines.map((l) => l.entry.buyerId)}::text[], ${lines.map((l) => l.numbers.length)}::int[])`
  })
}
