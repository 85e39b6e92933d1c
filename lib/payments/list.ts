import { and, asc, eq } from 'drizzle-orm'
import { payments } from '../../db/schema'
import type { Context } from '../context'
import { saleIdOfOrder } from '../id'

export type ListedPayment = Pick<
  typeof payments.$inferSelect,
  'state' | 'amountMinor' | 'currency' | 'lastFour' | 'createdAt' | 'updatedAt'
>

/** Every payment that was begun for an order, the first one first. */
export const listPayments = (ctx: Pick<Context, 'db'>, orderId: string): Promise<ListedPayment[]> =>
  ctx.db
    .select({
      ...{ state: payments.state, amountMinor: payments.amountMinor, currency: payments.currency },
      ...{ lastFour: payments.lastFour, createdAt: payments.createdAt, updatedAt: payments.updatedAt },
    })
    .from(payments)
    .where(and(eq(payments.saleId, saleIdOfOrder(orderId)), eq(payments.orderId, orderId)))
    .orderBy(asc(payments.createdAt), asc(payments.id))
