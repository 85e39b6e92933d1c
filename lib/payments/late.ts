import { and, eq, sql } from 'drizzle-orm'
import { orderLines, payments, sales } from '../../db/schema'
import type { Context } from '../context'
import { checkoutSchema } from '../contract'
import { findCart } from '../holds/find'
import { release } from '../holds/release'
import { reserve } from '../holds/reserve'
import { orderIdFor } from '../id'
import { order as placeOrder } from '../orders/order'
import { findOrderRecord, type OrderRecord } from '../orders/read'
import { readSales } from '../sales/record'
import type { PaymentRecord } from './pay'

/**
 * A payment that succeeded after its order had ended buys the same units again, as a new order through reserve and
 * order, if stock remains and the price is still the same. Undefined when that is not possible: then the money is set
 * free. Running it again after a crash finds the order it had made (I3, I5).
 */
export async function moveToNewOrder(
  ctx: Context,
  payment: PaymentRecord,
  ended: OrderRecord,
): Promise<PaymentRecord | undefined> {
  const [sale] = await readSales(ctx, eq(sales.id, ended.saleId))
  if (!sale) return undefined
  const buyer = { sale, buyerId: ended.buyerId }
  const idempotencyKey = `late:${payment.id}`
  const orderId = orderIdFor(sale.id, ended.buyerId, idempotencyKey)
  if (!(await findOrderRecord(ctx, orderId))) {
    // A cart that the buyer is filling right now is theirs: it is not touched.
    const cart = await findCart(ctx, buyer)
    if (cart.ok || cart.reason !== 'not_found') return undefined
    if (!(await reserveAgain(ctx, buyer, ended, payment.amountMinor))) return undefined
    const checkout = checkoutSchema.parse(JSON.parse(ended.details))
    const placed = await placeOrder(ctx, { ...buyer, idempotencyKey, checkout })
    if (!placed.ok) {
      await release(ctx, buyer)
      return undefined
    }
  }
  const made = await findOrderRecord(ctx, orderId)
  if (made?.state !== 'awaiting_payment') return undefined
  const [moved] = await ctx.db
    .update(payments)
    .set({ orderId, movedFromOrderId: ended.id, updatedAt: sql`now()` })
    .where(
      and(eq(payments.saleId, payment.saleId), eq(payments.id, payment.id), eq(payments.state, 'authorised')),
    )
    .returning()
  return moved
}

async function reserveAgain(
  ctx: Context,
  buyer: { sale: NonNullable<Awaited<ReturnType<typeof readSales>>[number]>; buyerId: string },
  ended: OrderRecord,
  amountMinor: number,
): Promise<boolean> {
  const lines = await ctx.db
    .select()
    .from(orderLines)
    .where(and(eq(orderLines.saleId, ended.saleId), eq(orderLines.orderId, ended.id)))
    .orderBy(orderLines.itemId)
  let totalMinor = 0
  for (const line of lines) {
    const held = await reserve(ctx, {
      ...buyer,
      itemId: line.itemId,
      quantity: line.numbers.length,
      isPaidFor: true,
    })
    if (!held.ok) {
      await release(ctx, buyer)
      return false
    }
    totalMinor = held.value.totalMinor
  }
  if (totalMinor === amountMinor) return true
  await release(ctx, buyer)
  return false
}
