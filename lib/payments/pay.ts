import { and, eq, getTableColumns, notInArray, sql } from 'drizzle-orm'
import { defineStatement } from '../../db/postgres'
import { payments, sales } from '../../db/schema'
import type { Context } from '../context'
import type { Payment } from '../contract'
import { newPaymentId } from '../id'
import type { OrderRecord } from '../orders/read'
import { buyerState } from '../orders/view'
import { ok, type Result, refused } from '../result'
import { settlePayment } from './settle'
import { ProviderSilent } from './types'

export type PaymentRecord = typeof payments.$inferSelect

/**
 * Pays an order that owns its units, or repeats what was begun: a double click, a reload or a retry finds the same
 * payment (I3, I5). Another card replaces a payment that waits for its buyer. `processing` means nobody knows yet; the
 * order page and the worker go on asking. Refused: not_payable (the order has ended, or is not confirmed yet).
 */
export async function pay(
  ctx: Context,
  { order, card }: { order: OrderRecord; card: string },
): Promise<Result<Payment>> {
  if (order.state === 'paid') return ok({ state: 'paid' })
  if (order.state !== 'awaiting_payment' && order.state !== 'capturing') return refused('not_payable')
  const lastFour = card.slice(-4)
  try {
    for (let round = 0; round < 3; round++) {
      const begun = await begin(ctx, order, lastFour)
      const live = begun ?? (await findLivePayment(ctx, order))
      if (live?.state === 'requires_action' && live.lastFour !== lastFour) {
        await settlePayment(ctx, live, await ctx.provider.void(live.reference ?? ''))
        continue
      }
      if (live && live.state !== 'creating') return ok(answer(order, live))
      if (live) return ok(answer(order, await authorise(ctx, order, live, card)))
    }
  } catch (error) {
    if (!(error instanceof ProviderSilent)) throw error
  }
  // The provider's answer is missing, or another request is at it: the worker asks what became of it.
  return ok({ state: 'processing' })
}

/** The confirmation step of a payment that asked for one. Refused: not_payable when none is waiting for it. */
export async function confirmPayment(
  ctx: Context,
  { order }: { order: OrderRecord },
): Promise<Result<Payment>> {
  if (order.state === 'paid') return ok({ state: 'paid' })
  const live = await findLivePayment(ctx, order)
  if (!live?.reference) return refused('not_payable')
  if (live.state !== 'requires_action') return ok(answer(order, live))
  try {
    return ok(answer(order, await settlePayment(ctx, live, await ctx.provider.confirm(live.reference))))
  } catch (error) {
    if (error instanceof ProviderSilent) return ok({ state: 'processing' })
    throw error
  }
}

/** A payment with how long its sale has been paused, by which real deadlines are later than the order's. */
type LivePayment = PaymentRecord & { pausedMs: number }

const liveColumns = {
  ...getTableColumns(payments),
  pausedMs: sql<number>`(select s.paused_ms::float8 from ${sales} s where s.id = ${payments.saleId})`,
}

async function authorise(ctx: Context, order: OrderRecord, payment: LivePayment, card: string) {
  const seen = await ctx.provider.authorise({
    key: payment.id,
    amountMinor: payment.amountMinor,
    currency: payment.currency,
    card,
    payBy: new Date(order.payBy.getTime() + payment.pausedMs),
  })
  return settlePayment(ctx, payment, seen)
}

/** The one payment of the order that can still take money, or has (the schema allows no second). */
async function findLivePayment(ctx: Context, order: OrderRecord): Promise<LivePayment | undefined> {
  const [live] = await ctx.byKey
    .select(liveColumns)
    .from(payments)
    .where(
      and(
        eq(payments.saleId, order.saleId),
        eq(payments.orderId, order.id),
        notInArray(payments.state, ['declined', 'voided']),
      ),
    )
  return live
}

const given = sql.placeholder
/** The first row of a payment; none when the order has a living one. */
export const beginPayment = defineStatement((db) =>
  db
    .insert(payments)
    .values({
      ...{ saleId: given('saleId'), id: given('id'), orderId: given('orderId'), provider: given('provider') },
      ...{ lastFour: given('lastFour'), amountMinor: given('amountMinor'), currency: given('currency') },
      ...{ state: 'creating', createdAt: sql`clock_timestamp()` },
    })
    .onConflictDoNothing()
    .returning(liveColumns)
    .prepare('begin payment'),
)

/** Writes the payment down before the provider hears of it, so that no crash can lose it; undefined if another won. */
async function begin(ctx: Context, order: OrderRecord, lastFour: string): Promise<LivePayment | undefined> {
  const [begun] = await beginPayment(ctx.byKey).execute({
    saleId: order.saleId,
    id: newPaymentId(),
    orderId: order.id,
    provider: ctx.provider.name,
    lastFour,
    amountMinor: order.totalMinor,
    currency: order.currency,
  })
  return begun
}

function answer(order: { id: string }, payment: PaymentRecord): Payment {
  const state = buyerState(payment.state)
  if (state !== 'requires_action') return { state }
  return { state, action: { type: 'confirm', url: `/api/v1/orders/${order.id}/payments/confirmation` } }
}
