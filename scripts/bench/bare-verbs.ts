import { setTimeout as sleep } from 'node:timers/promises'
import { eq } from 'drizzle-orm'
import { runScript } from '../../db/define-script'
import { saleKeys } from '../../db/keys'
import { payments } from '../../db/schema'
import { config } from '../../lib/config'
import type { Context } from '../../lib/context'
import { reserveScript } from '../../lib/holds/reserve.lua'
import { newHoldId, newPaymentId, orderIdFor, saleIdOfOrder } from '../../lib/id'
import { settleHolds } from '../../lib/orders/end'
import { joinClaim } from '../../lib/orders/join-claim'
import { orderScript } from '../../lib/orders/order.lua'
import { orderAndAll, orderById } from '../../lib/orders/read'
import { beginPayment } from '../../lib/payments/pay'
import { capturesOrder, paysOrder } from '../../lib/payments/settle'
import { proofArgs } from '../../lib/units/proof'

// The scripts and statements of a purchase in their order, as the shop runs them when nothing comes in between.

type Sale = { saleId: string; epoch: string }

export const bareReserve = (
  ctx: Context,
  {
    saleId,
    epoch,
    itemId,
    buyer,
    quantity,
    network = '',
  }: Sale & {
    itemId: string
    buyer: string
    quantity: number
    network?: string
  },
) =>
  runScript(ctx.redis, reserveScript, saleKeys(saleId), {
    ...{ epoch, buyer, itemId, quantity, newHoldId: newHoldId(), ifVersion: -1 },
    ...{ reclaimMost: config.hold.reclaimPerReserve, freeReserves: config.captcha.freeReserves },
    ...{ network, networkMost: 1_000_000, isPaidFor: 'no', ...proofArgs(undefined) },
  })

export async function bareOrder(
  ctx: Context,
  { saleId, epoch, buyer, details }: Sale & { buyer: string; details: object },
) {
  const orderId = orderIdFor(saleId, buyer, 'bench-key-1')
  await orderById(ctx.byKey).execute({ saleId, orderId })
  await runScript(ctx.redis, orderScript, saleKeys(saleId), {
    ...{ epoch, buyer, order: orderId, body: 'none', details: JSON.stringify(details) },
    ...proofArgs(undefined),
  })
  await joinClaim(ctx, saleId)
  for (;;) {
    const [found] = await orderAndAll(ctx.byKey).execute({ saleId, orderId })
    if (found) return found
    // Another process took the entry.
    await sleep(config.claim.waitPollMs)
  }
}

export async function barePay(ctx: Context, { orderId, card }: { orderId: string; card: string }) {
  const saleId = saleIdOfOrder(orderId)
  const [order] = await orderById(ctx.byKey).execute({ saleId, orderId })
  if (!order) throw new Error('The ledger has no such order.')
  const { totalMinor: amountMinor, currency, payBy, buyerId } = order
  const id = newPaymentId()
  const row = { saleId, id, orderId, provider: 'sandbox', lastFour: card.slice(-4), amountMinor, currency }
  await beginPayment(ctx.byKey).execute(row)
  const { reference } = await ctx.provider.authorise({ key: id, amountMinor, currency, card, payBy })
  const step = { saleId, id, reference }
  await capturesOrder(ctx.byKey).execute({ ...step, from: ['creating'], to: 'capturing' })
  await ctx.provider.capture(reference)
  await paysOrder(ctx.byKey).execute({ ...step, from: ['capturing'], to: 'captured' })
  await settleHolds(ctx, saleId, [{ buyer: buyerId, order: orderId, end: 'paid', owned: [] }])
  return { state: 'paid' }
}

export async function bareRead(ctx: Context, { orderId }: { orderId: string }) {
  const [found] = await orderAndAll(ctx.byKey).execute({ saleId: saleIdOfOrder(orderId), orderId })
  return found?.row ?? null
}

/** What the provider's webhook asks the ledger. */
export const bareHear = (ctx: Context, paymentId: string) =>
  ctx.byKey.select().from(payments).where(eq(payments.id, paymentId))
