import { and, eq, sql } from 'drizzle-orm'
import { runScript } from '../../db/define-script'
import { saleKeys } from '../../db/keys'
import { defineStatement } from '../../db/postgres'
import { items, orderLines, orders, payments, products, sales, variants } from '../../db/schema'
import type { Context } from '../context'
import type { Order } from '../contract'
import { readHoldScript } from '../holds/read.lua'
import { saleIdOfOrder } from '../id'
import { ok, type Result, refused } from '../result'
import { readSales } from '../sales/record'
import { isOrderToken } from './token'
import { type LineRow, type PaymentRow, toOrder, unclaimedOrder } from './view'

export type OrderRecord = typeof orders.$inferSelect

const isOrder = and(eq(orders.saleId, sql.placeholder('saleId')), eq(orders.id, sql.placeholder('orderId')))

/** An order by its whole key. */
export const orderById = defineStatement((db) => db.select().from(orders).where(isOrder).prepare('order'))

/** The order's row in the ledger, or null while it has none. */
export async function findOrderRecord(
  ctx: Pick<Context, 'byKey'>,
  orderId: string,
): Promise<OrderRecord | null> {
  const [row] = await orderById(ctx.byKey).execute({ saleId: saleIdOfOrder(orderId), orderId })
  return row ?? null
}

/**
 * An order as its buyer may see it: by the buyer's own id, or by the token that was handed out with it; anybody else
 * gets not_found (I13). An order that neither store knows but whose token is real was lost before it was decided: it is
 * `rejected`, nothing was charged.
 */
export async function readOrder(
  ctx: Context,
  { orderId, buyerId, token }: { orderId: string; buyerId?: string | undefined; token?: string | undefined },
): Promise<Result<Order>> {
  const known = token !== undefined && isOrderToken(ctx.env.APP_SECRET, orderId, token)
  const mayRead = (row: OrderRecord) => known || row.buyerId === buyerId
  const found = await findOrder(ctx, orderId)
  if (found) return mayRead(found.row) ? ok(found.order) : refused('not_found')
  const [sale] = await readSales(ctx, eq(sales.id, saleIdOfOrder(orderId)))
  if (!sale) return refused('not_found')
  if (buyerId) {
    const hold = await runScript(ctx.redis, readHoldScript, saleKeys(sale.id), {
      epoch: sale.epochText,
      buyer: buyerId,
    })
    if (hold.code === 'stale_epoch') return refused('try_again')
    if (hold.code === 'ordered' && hold.order === orderId) {
      return ok(unclaimedOrder(ctx, sale, orderId, hold.lines, 'confirming', hold.now))
    }
  }
  // It may have been claimed between the two readings.
  const late = await findOrder(ctx, orderId)
  if (late) return mayRead(late.row) ? ok(late.order) : refused('not_found')
  if (known && !buyerId) return refused('try_again')
  return known ? ok(unclaimedOrder(ctx, sale, orderId, [], 'rejected', Date.now())) : refused('not_found')
}

const paymentColumns = sql`json_build_object('orderId', p.order_id, 'movedFromOrderId', p.moved_from_order_id,
  'state', p.state)`

/** An order with what its buyer may see of it. */
export const orderAndAll = defineStatement((db) =>
  db
    .select({
      row: orders,
      slug: sales.slug,
      title: sales.title,
      now: sql<string>`to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
      // The real time of a deadline on the sale's clock.
      shiftMs: sql<number>`(${sales.pausedMs} + coalesce(extract(epoch from now() - ${sales.pausedAt}) * 1000, 0))::float8`,
      lines: sql<LineRow[] | null>`(
        select json_agg(json_build_object('itemId', l.item_id, 'title', p.title, 'variant', v.title,
          'numbers', l.numbers, 'priceMinor', l.price_minor) order by i.position)
        from ${orderLines} l join ${items} i on i.sale_id = l.sale_id and i.id = l.item_id
        join ${variants} v on v.id = i.variant_id join ${products} p on p.id = v.product_id
        where l.sale_id = ${orders.saleId} and l.order_id = ${orders.id})`,
      payment: sql<PaymentRow | null>`coalesce(
        (select ${paymentColumns} from ${payments} p
         where p.sale_id = ${orders.saleId} and p.moved_from_order_id = ${orders.id} limit 1),
        (select ${paymentColumns} from ${payments} p
         where p.sale_id = ${orders.saleId} and p.order_id = ${orders.id} order by p.created_at desc limit 1))`,
    })
    .from(orders)
    .innerJoin(sales, eq(sales.id, orders.saleId))
    .where(isOrder)
    .prepare('order and all'),
)

/**
 * The ledger's order with its lines, units and latest payment, or null while it has none. One question for all of it:
 * every buyer asks it after ordering and again while paying.
 */
export async function findOrder(
  ctx: Pick<Context, 'byKey' | 'env'>,
  orderId: string,
): Promise<{ row: OrderRecord; order: Order } | null> {
  const [found] = await orderAndAll(ctx.byKey).execute({ saleId: saleIdOfOrder(orderId), orderId })
  return found ? { row: found.row, order: toOrder(ctx, found) } : null
}

/** `findOrder` for one that the ledger is known to have. */
export async function getOrder(ctx: Pick<Context, 'byKey' | 'env'>, orderId: string) {
  const found = await findOrder(ctx, orderId)
  if (!found) throw new Error('An order is gone from the ledger.')
  return found
}
