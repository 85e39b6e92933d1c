import { eq, sql } from 'drizzle-orm'
import { payments } from '../../db/schema'
import type { Context } from '../../lib/context'
import type { OrderRecord } from '../../lib/orders/read'
import { confirmPayment, pay } from '../../lib/payments/pay'
import { deliverSandboxEvents, signSandboxWebhook } from '../../lib/payments/sandbox'
import { sweepPayments } from '../../lib/payments/sweep'
import { type Provider, ProviderSilent } from '../../lib/payments/types'
import { receiveWebhook } from '../../lib/payments/webhook'
import { cards } from '../shop'
import type { Silence } from './state'
import type { Step } from './steps'
import type { World } from './world'

/** A provider that gives no answer to its first call of one kind. */
function withSilence(ctx: Context, silence: Silence | null): Context {
  if (!silence) return ctx
  let isSilent = true
  const call = ctx.provider[silence.call] as (...args: unknown[]) => Promise<unknown>
  const silenced = async (...args: unknown[]) => {
    const now = isSilent
    isSilent = false
    const answer = now && !silence.arrives ? undefined : await call.apply(ctx.provider, args)
    if (now) throw new ProviderSilent('no answer')
    return answer
  }
  return { ...ctx, provider: { ...ctx.provider, [silence.call]: silenced } as Provider }
}

/** Any use of it is a fault that no repetition cures. */
const deadRedis = {} as Context['redis']

const asRead = (order: OrderRecord, stale: boolean): OrderRecord =>
  stale ? { ...order, state: 'awaiting_payment' } : order

export function payNow(ctx: Context, order: OrderRecord, step: Extract<Step, { do: 'pay' }>) {
  const reached = step.redisDown ? { ...ctx, redis: deadRedis } : ctx
  const silenced = withSilence(reached, step.silence)
  return pay(silenced, { order: asRead(order, step.stale), card: cards[step.card] })
}

export const confirmNow = (ctx: Context, order: OrderRecord, step: Extract<Step, { do: 'confirm' }>) =>
  confirmPayment(withSilence(ctx, step.silence), { order: asRead(order, step.stale) })

async function receive(ctx: Context, body: string, signature: string): Promise<void> {
  const heard = await receiveWebhook(ctx, body, new Headers({ 'sandbox-signature': signature }))
  if (!heard.ok) throw new Error(`A webhook was refused: ${heard.reason}`)
}

/** Every webhook on its way, twice; which of a payment's webhooks comes first makes no difference. */
export async function webhooksNow(ctx: Context, world: World, descending: boolean): Promise<number> {
  const secret = ctx.env.SANDBOX_WEBHOOK_SECRET
  const sent: { at: number; body: string; signature: string }[] = []
  await deliverSandboxEvents(ctx.db, secret, async (body, signature) => {
    const { payment } = JSON.parse(body) as { payment: { key: string } }
    sent.push({ at: world.payments.indexOf(payment.key), body, signature })
    return true
  })
  sent.sort((a, b) => (descending ? b.at - a.at : a.at - b.at))
  for (const { body, signature } of sent) {
    await receive(ctx, body, signature)
    await receive(ctx, body, signature)
  }
  return sent.length
}

/** An old webhook of this payment, which tells of an authorisation whatever happened since. */
export async function hearNow(ctx: Context, silence: Silence | null, paymentId: string): Promise<void> {
  const [row] = await ctx.db.select().from(payments).where(eq(payments.id, paymentId))
  const { amountMinor = 0, currency = '' } = row ?? {}
  const payment = { reference: 'pi_any', key: paymentId, state: 'authorised', amountMinor, currency }
  const body = JSON.stringify({ id: 'evt_again', type: 'payment.authorised', payment })
  const signature = signSandboxWebhook(ctx.env.SANDBOX_WEBHOOK_SECRET, body, Math.floor(Date.now() / 1000))
  return receive(withSilence(ctx, silence), body, signature)
}

/** Makes this payment, and no other, look forgotten; then the worker's sweep. */
export async function sweepNow(
  ctx: Context,
  world: World,
  paymentId: string,
  { old, silence }: Extract<Step, { do: 'sweep' }>,
): Promise<number> {
  const isThis = sql`case when id = ${paymentId} then interval '1 second' else interval '0' end`
  await ctx.db.execute(sql`
    update ${payments} set updated_at = now() - 10 * ${isThis}
    where sale_id = ${world.sale.id}`)
  await ctx.db.execute(sql`
    update ${payments} set created_at = now() - ${old ? 60 : 0} * interval '1 second' where id = ${paymentId}`)
  return sweepPayments(withSilence(ctx, silence))
}
