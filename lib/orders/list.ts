import { and, asc, desc, eq, gt, ilike, lt, or, type SQL, sql } from 'drizzle-orm'
import { ledgerOrderStates, orders, sales } from '../../db/schema'
import { containing } from '../audit/list'
import type { Context } from '../context'
import { saleIdOfOrder } from '../id'
import { idPatterns } from '../patterns'
import type { OrderState } from './state'

export const orderStates = ledgerOrderStates

/** Which orders are asked for. */
export type OrderFilter = {
  /** A number, an order's id, or part of a name, an address or an e-mail address. */
  search?: string | undefined
  state?: OrderState | undefined
  saleId?: string | undefined
}

export type ListedOrder = {
  id: string
  number: number
  state: OrderState
  saleId: string
  saleTitle: string
  placedAt: Date
  paidAt: Date | null
  email: string
  totalMinor: number
  currency: string
}

const columns = {
  ...{ id: orders.id, number: orders.number, state: orders.state, saleId: orders.saleId },
  ...{ saleTitle: sales.title, placedAt: orders.placedAt, paidAt: orders.paidAt, email: orders.email },
  ...{ totalMinor: orders.totalMinor, currency: orders.currency },
}

const perPage = 50

function matching({ search, state, saleId }: OrderFilter): SQL | undefined {
  return and(
    state && eq(orders.state, state),
    saleId ? eq(orders.saleId, saleId) : undefined,
    search ? meant(search.trim()) : undefined,
  )
}

/** A number and an id mean one order; anything else is looked for in what the buyer typed. */
function meant(search: string): SQL | undefined {
  if (/^\d{1,12}$/.test(search)) return eq(orders.number, Number(search))
  if (idPatterns.order.test(search))
    return and(eq(orders.saleId, saleIdOfOrder(search)), eq(orders.id, search))
  return or(ilike(orders.email, containing(search)), sql`${orders.details} ~* ${inAValue(search)}`)
}

/** A pattern that finds `text` in a value of JSON text, and never in the name of a field. */
const inAValue = (text: string) =>
  `:"[^"]*${JSON.stringify(text)
    .slice(1, -1)
    .replace(/[.*+?^$|(){}[\]\\]/g, '\\$&')}`

/**
 * Orders of every sale as the ledger has them, `perPage` at a time, the newest first or the oldest: those that come
 * after the order with number `after` in that direction.
 */
export async function listOrders(
  ctx: Pick<Context, 'db'>,
  {
    after,
    oldestFirst = false,
    ...filter
  }: OrderFilter & { after?: number | undefined; oldestFirst?: boolean },
): Promise<{ orders: ListedOrder[]; more: boolean }> {
  const beyond = oldestFirst ? gt : lt
  const rows = await ctx.db
    .select(columns)
    .from(orders)
    .innerJoin(sales, eq(sales.id, orders.saleId))
    .where(and(after === undefined ? undefined : beyond(orders.number, after), matching(filter)))
    .orderBy(oldestFirst ? asc(orders.number) : desc(orders.number))
    .limit(perPage + 1)
  return { orders: rows.slice(0, perPage), more: rows.length > perPage }
}

/** What each order of a file says beside what a list shows. */
export type ExportedOrder = ListedOrder & {
  /** The buyer's name and address as JSON text. */
  details: string
  units: string | null
}

const perReading = 1_000

/**
 * Every order that the filter asks for, the oldest first. Read in pieces, each a question of its own: a file of a million
 * orders takes no more memory than one of a thousand, and holds no transaction open. An order that is placed meanwhile is
 * at the end, or missing.
 */
export async function* exportOrders(
  ctx: Pick<Context, 'db'>,
  filter: OrderFilter,
): AsyncGenerator<ExportedOrder> {
  for (let after = 0; ; ) {
    const rows = await ctx.db
      .select({
        ...columns,
        details: orders.details,
        units: sql<string | null>`(
          select string_agg(p.title || ', ' || v.title || ': ' || array_to_string(l.numbers, ' '), '; ' order by i.position)
          from order_lines l join items i on i.sale_id = l.sale_id and i.id = l.item_id
          join variants v on v.id = i.variant_id join products p on p.id = v.product_id
          where l.sale_id = ${orders.saleId} and l.order_id = ${orders.id})`,
      })
      .from(orders)
      .innerJoin(sales, eq(sales.id, orders.saleId))
      .where(and(gt(orders.number, after), matching(filter)))
      .orderBy(asc(orders.number))
      .limit(perReading)
    yield* rows
    const last = rows.at(-1)
    if (!last || rows.length < perReading) return
    after = last.number
  }
}
