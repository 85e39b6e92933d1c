import { eq } from 'drizzle-orm'
import { payments } from '../../db/schema'
import type { Context } from '../context'
import { ok, type Result, refused } from '../result'
import { settlePayment } from './settle'

/**
 * Hears the provider out. The signature proves the sender; what happened is asked for again, so that late, duplicated
 * and reordered webhooks all end in the same state. Refused: forbidden (unsigned, old or altered), not_found (no such
 * payment), invalid_input (another amount or currency than ours).
 */
export async function receiveWebhook(
  ctx: Context,
  body: string,
  headers: Pick<Headers, 'get'>,
): Promise<Result<null>> {
  const told = ctx.provider.readWebhook(body, headers)
  if (!told) return refused('forbidden')
  const [payment] = await ctx.byKey.select().from(payments).where(eq(payments.id, told.key))
  if (!payment) return refused('not_found')
  if (told.amountMinor !== payment.amountMinor || told.currency !== payment.currency) {
    ctx.log.warn({ paymentId: payment.id }, 'a webhook names another amount')
    return refused('invalid_input', { fields: { amount: 'is not the amount of this payment' } })
  }
  if (payment.state === 'captured' || payment.state === 'voided') return ok(null)
  const seen = await ctx.provider.find(payment.id)
  if (seen) await settlePayment(ctx, payment, seen)
  return ok(null)
}
