import { and, eq, sql } from 'drizzle-orm'
import type { Transaction } from '../../db/postgres'
import {
  buyerCounts,
  contactCounts,
  type ledgerOrderStates,
  orderLines,
  orders,
  units,
} from '../../db/schema'

export type OrderState = (typeof ledgerOrderStates)[number]

/** The one table of order states (I9). Only a definite failure of the provider leads back from capturing. */
export const transitions: Record<OrderState, readonly OrderState[]> = {
  awaiting_payment: ['capturing', 'expired', 'cancelled'],
  capturing: ['paid', 'awaiting_payment'],
  paid: [],
  expired: [],
  cancelled: [],
  rejected: [],
}

export type Step = { from: OrderState; to: OrderState }
type Move = Step & { saleId: string; orderId: string }

/** What a step writes. Throws for one that the table does not know. */
export function stepTo({ from, to }: Step) {
  if (!transitions[from].includes(to)) throw new Error(`An order never moves from ${from} to ${to}.`)
  return { state: to, ...(to === 'paid' ? { paidAt: sql`now()` } : {}) }
}

/**
 * Moves an order by compare-and-set: false when it is no longer in `from`, and then nothing changed. Of two that race
 * (expiry and payment in the same millisecond) exactly one gets true.
 */
export async function moveOrder(tx: Pick<Transaction, 'update'>, move: Move): Promise<boolean> {
  const moved = await tx
    .update(orders)
    .set(stepTo(move))
    .where(and(eq(orders.saleId, move.saleId), eq(orders.id, move.orderId), eq(orders.state, move.from)))
    .returning({ id: orders.id })
  return moved.length === 1
}

/**
 * Ends an unpaid order and takes its units and its share of the limit back, in the caller's transaction. False when the
 * order is not waiting for payment any more.
 */
export async function endUnpaid(
  tx: Transaction,
  { saleId, orderId, to }: { saleId: string; orderId: string; to: 'expired' | 'cancelled' },
): Promise<boolean> {
  if (!(await moveOrder(tx, { saleId, orderId, from: 'awaiting_payment', to }))) return false
  await tx.execute(sql`
    with promised as materialized (
      select sale_id, item_id, unnest(numbers) as number from ${orderLines}
      where sale_id = ${saleId} and order_id = ${orderId})
    update ${units} u set order_id = null from promised p
    where u.sale_id = p.sale_id and u.item_id = p.item_id and u.number = p.number and u.order_id = ${orderId}`)
  await tx.execute(sql`
    update ${buyerCounts} c set quantity = c.quantity - cardinality(l.numbers)
    from ${orderLines} l join ${orders} o on o.sale_id = l.sale_id and o.id = l.order_id
    where l.sale_id = ${saleId} and l.order_id = ${orderId}
      and c.sale_id = l.sale_id and c.item_id = l.item_id and c.buyer_id = o.buyer_id`)
  await tx.execute(sql`
    update ${contactCounts} c set quantity = c.quantity - cardinality(l.numbers)
    from ${orderLines} l join ${orders} o on o.sale_id = l.sale_id and o.id = l.order_id
    where l.sale_id = ${saleId} and l.order_id = ${orderId}
      and c.sale_id = l.sale_id and c.item_id = l.item_id and c.contact = o.contact`)
  return true
}
