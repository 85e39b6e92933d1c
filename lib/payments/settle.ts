import { and, eq, getTableColumns, inArray, sql } from 'drizzle-orm'
import { defineStatement } from '../../db/postgres'
import { orders, type paymentStates, payments } from '../../db/schema'
import type { Context } from '../context'
import { settleHolds } from '../orders/end'
import { findOrderRecord } from '../orders/read'
import { type Step, stepTo } from '../orders/state'
import { moveToNewOrder } from './late'
import type { PaymentRecord } from './pay'
import { type ProviderPayment, ProviderSilent } from './types'

type PaymentState = (typeof paymentStates)[number]

/** States in which the provider may still say anything. */
const undecided: PaymentState[] = ['creating', 'requires_action', 'processing']
const capturing: PaymentState[] = ['capturing']

/**
 * Brings a payment to where the provider says it is, and its order with it; whoever hears of it first (the buyer's
 * request, a webhook, the worker) does it, and everybody else finds it done (I3, I5, I9). Money is taken only after the
 * order moved to `capturing`, which only an order that owns its units can. `resume` takes over a payment that another
 * process left authorised. Returns the payment as it stands now.
 */
export async function settlePayment(
  ctx: Context,
  payment: PaymentRecord,
  seen: ProviderPayment,
  resume = false,
): Promise<PaymentRecord> {
  if (seen.amountMinor !== payment.amountMinor || seen.currency !== payment.currency) {
    ctx.log.error({ paymentId: payment.id }, 'the provider names another amount')
    return voidPayment(ctx, payment, seen.reference)
  }
  switch (seen.state) {
    case 'requires_action':
    case 'processing':
      return (
        (await advance(
          ctx,
          payment,
          ['creating', 'requires_action', 'processing'],
          seen.state,
          seen.reference,
        )) ?? payment
      )
    case 'authorised':
      return authorised(ctx, payment, seen, resume)
    case 'captured':
      return finish(ctx, payment, seen)
    case 'declined':
    case 'voided':
      return failed(ctx, payment, seen)
  }
}

/** Compare-and-set of a payment's state; undefined when it was not in one of `from`. */
async function advance(
  ctx: Context,
  payment: PaymentRecord,
  from: PaymentState[],
  to: PaymentState,
  reference: string,
): Promise<PaymentRecord | undefined> {
  const [moved] = await ctx.byKey
    .update(payments)
    .set({ state: to, reference, updatedAt: sql`now()` })
    .where(
      and(eq(payments.saleId, payment.saleId), eq(payments.id, payment.id), inArray(payments.state, from)),
    )
    .returning()
  return moved
}

async function reread(ctx: Context, payment: PaymentRecord): Promise<PaymentRecord> {
  const [row] = await ctx.byKey
    .select()
    .from(payments)
    .where(and(eq(payments.saleId, payment.saleId), eq(payments.id, payment.id)))
  return row ?? payment
}

async function authorised(ctx: Context, payment: PaymentRecord, seen: ProviderPayment, resume: boolean) {
  const from: PaymentState[] = resume ? [...undecided, 'authorised'] : undecided
  const taken = await startCapture(ctx, payment, from, seen.reference)
  if (taken) return capture(ctx, taken, seen.reference)
  const now = await reread(ctx, payment)
  // A crash between the ledger's yes and the provider's: the money is still only set aside.
  if (now.state === 'capturing') return capture(ctx, now, seen.reference)
  if (now.state === 'declined' || now.state === 'voided') return voidPayment(ctx, now, seen.reference)
  const order = await findOrderRecord(ctx, now.orderId)
  if (!order || order.state === 'awaiting_payment') return now
  // The order ended first. Exactly one of those who hear of it goes on.
  const mine = await advance(ctx, now, from, 'authorised', seen.reference)
  if (!mine) return now
  // A buyer who cancelled does not want it any more; one whose time ran out does.
  const moved = order.state === 'expired' ? await moveToNewOrder(ctx, mine, order) : undefined
  if (!moved) return voidPayment(ctx, mine, seen.reference)
  const started = await startCapture(ctx, moved, ['authorised'], seen.reference)
  return started ? capture(ctx, started, seen.reference) : voidPayment(ctx, moved, seen.reference)
}

/** The ledger's yes: order and payment move to capturing together, or neither does. */
const startCapture = (ctx: Context, payment: PaymentRecord, from: PaymentState[], reference: string) =>
  advanceWithOrder(ctx, payment, { from, to: 'capturing', reference }, capturesOrder)

const given = sql.placeholder

/** Takes a payment of some states to another one, and its order a step: both or neither. */
const withOrder = (step: Step) =>
  defineStatement((db) => {
    const isPayment = and(eq(payments.saleId, given('saleId')), eq(payments.id, given('id')))
    // Locked first, so that whoever races for the payment waits here and then finds it moved.
    const locked = db.$with('locked').as(
      db
        .select({ orderId: payments.orderId })
        .from(payments)
        .where(and(isPayment, sql`${payments.state} = any(${given('from')}::text[])`))
        .for('update'),
    )
    const isOrder = and(
      eq(orders.saleId, given('saleId')),
      eq(orders.id, sql`(select order_id from locked)`),
      eq(orders.state, step.from),
    )
    const moved = db
      .$with('moved')
      .as(db.update(orders).set(stepTo(step)).where(isOrder).returning({ buyerId: orders.buyerId }))
    return db
      .with(locked, moved)
      .update(payments)
      .set({ state: sql`${given('to')}`, reference: sql`${given('reference')}`, updatedAt: sql`now()` })
      .where(and(isPayment, sql`exists (select from moved)`))
      .returning({ ...getTableColumns(payments), buyerId: sql<string>`(select buyer_id from moved)` })
      .prepare(`payment, and its order to ${step.to}`)
  })

export const capturesOrder = withOrder({ from: 'awaiting_payment', to: 'capturing' })
export const paysOrder = withOrder({ from: 'capturing', to: 'paid' })
const givesOrderBack = withOrder({ from: 'capturing', to: 'awaiting_payment' })

/** Compare-and-set of a payment and its order. Undefined when one of the two was elsewhere. */
async function advanceWithOrder(
  ctx: Context,
  { saleId, id }: PaymentRecord,
  step: { from: PaymentState[]; to: PaymentState; reference: string },
  statement: ReturnType<typeof withOrder>,
): Promise<(PaymentRecord & { buyerId: string }) | undefined> {
  const [advanced] = await statement(ctx.byKey).execute({ saleId, id, ...step })
  return advanced
}

async function capture(ctx: Context, payment: PaymentRecord, reference: string): Promise<PaymentRecord> {
  try {
    const seen = await ctx.provider.capture(reference)
    return seen.state === 'captured' ? await finish(ctx, payment, seen) : await failed(ctx, payment, seen)
  } catch (error) {
    // Taken or not, nobody knows: it stays capturing until the provider has answered.
    if (error instanceof ProviderSilent) return payment
    throw error
  }
}

async function finish(ctx: Context, payment: PaymentRecord, seen: ProviderPayment): Promise<PaymentRecord> {
  const step = { from: capturing, to: 'captured' as const, reference: seen.reference }
  const done = await advanceWithOrder(ctx, payment, step, paysOrder)
  if (!done) return reread(ctx, payment)
  await soldInRedis(ctx, done, done.buyerId)
  return done
}

/** The ledger has it; Redis hears of it now or, if it is down, from the reconciler. */
async function soldInRedis(ctx: Context, payment: PaymentRecord, buyer: string): Promise<void> {
  try {
    await settleHolds(ctx, payment.saleId, [{ buyer, order: payment.orderId, end: 'paid', owned: [] }])
  } catch {
    ctx.log.warn({ orderId: payment.orderId }, 'paid, but Redis did not answer: left to the reconciler')
  }
}

/** A definite no of the provider: the order waits for another try, as long as its time lasts. */
async function failed(ctx: Context, payment: PaymentRecord, seen: ProviderPayment): Promise<PaymentRecord> {
  const to = seen.state === 'voided' ? 'voided' : 'declined'
  const step = { from: capturing, to, reference: seen.reference } as const
  const ended =
    (await advanceWithOrder(ctx, payment, step, givesOrderBack)) ??
    (await advance(ctx, payment, [...undecided, 'authorised'], to, seen.reference))
  return ended ?? reread(ctx, payment)
}

/** Sets the money free. Voiding again changes nothing; a provider that is silent is asked again by the worker. */
async function voidPayment(ctx: Context, payment: PaymentRecord, reference: string): Promise<PaymentRecord> {
  try {
    const seen = await ctx.provider.void(reference)
    if (seen.state === 'voided') return await failed(ctx, payment, seen)
    ctx.log.error({ paymentId: payment.id, state: seen.state }, 'a payment that should be void is not')
    return payment
  } catch (error) {
    if (error instanceof ProviderSilent) return payment
    throw error
  }
}
