import { and, notInArray, sql } from 'drizzle-orm'
import { payments } from '../../db/schema'
import { config } from '../config'
import type { Context } from '../context'
import { findOrderRecord } from '../orders/read'
import type { PaymentRecord } from './pay'
import { settlePayment } from './settle'
import { type ProviderPayment, ProviderSilent } from './types'

/**
 * Asks the provider about payments that nobody has heard of for a while: webhooks get lost, processes die, answers time
 * out (I8, I15). Taking a payment moves its `updated_at`, so that two workers never ask about the same one. Returns how
 * many it asked about.
 */
export async function sweepPayments(ctx: Context): Promise<number> {
  const taken = await ctx.db
    .update(payments)
    .set({ updatedAt: sql`now()` })
    .where(
      and(
        notInArray(payments.state, ['declined', 'voided', 'captured']),
        sql`(${payments.saleId}, ${payments.id}) in (
          select sale_id, id from ${payments}
          where state not in ('declined', 'voided', 'captured')
            and updated_at < now() - make_interval(secs => ${config.payment.unknownAfterMs / 1000})
          order by updated_at limit 100 for update skip locked)`,
      ),
    )
    .returning()
  for (const payment of taken) await lookUp(ctx, payment)
  return taken.length
}

async function lookUp(ctx: Context, payment: PaymentRecord): Promise<void> {
  try {
    const seen = (await ctx.provider.find(payment.id)) ?? neverSeen(payment)
    if (!seen) return
    const order = await findOrderRecord(ctx, payment.orderId)
    const pointless = seen.state === 'requires_action' && order?.state !== 'awaiting_payment'
    // One that was left authorised has nobody at it; of one that becomes it now, whoever hears first goes on alone.
    const resume = payment.state === 'authorised'
    await settlePayment(ctx, payment, pointless ? await ctx.provider.void(seen.reference) : seen, resume)
  } catch (error) {
    if (!(error instanceof ProviderSilent)) throw error
  }
}

/**
 * A payment the provider does not know was never made; if our request still arrives there, its answer finds the
 * payment declined here and sets the money free. Undefined while it may be on its way.
 */
function neverSeen(payment: PaymentRecord): ProviderPayment | undefined {
  const ageMs = payment.updatedAt.getTime() - payment.createdAt.getTime()
  if (ageMs < 2 * config.payment.providerTimeoutMs) return undefined
  const { id, amountMinor, currency } = payment
  return { reference: payment.reference ?? '', key: id, state: 'declined', amountMinor, currency }
}
