import { z } from 'zod'
import { isHostMixed } from '../../contact'
import type { Context } from '../../context'
import {
  idempotencyKeySchema,
  type Order,
  orderBodySchema,
  orderIdSchema,
  orderSchema,
  payMethodSchema,
  paymentSchema,
  slugSchema,
} from '../../contract'
import { cancelOrder } from '../../orders/end'
import { order } from '../../orders/order'
import { findOrderRecord, type OrderRecord, readOrder } from '../../orders/read'
import { confirmPayment, pay } from '../../payments/pay'
import { ok, type Result, refused } from '../../result'
import { findSale } from '../../sales/catalog'
import { checkProof } from '../captcha'
import { defineEndpoint } from '../endpoint'

const byId = z.object({ id: orderIdSchema })

/** The buyer's own order as the ledger has it; one that is still being confirmed is not there yet (I13). */
async function ownOrder<T>(
  ctx: Context,
  { orderId, buyerId }: { orderId: string; buyerId: string },
  run: (row: OrderRecord) => Promise<Result<T>>,
): Promise<Result<T>> {
  const row = await findOrderRecord(ctx, orderId)
  if (row) return row.buyerId === buyerId ? run(row) : refused('not_found')
  const known = await readOrder(ctx, { orderId, buyerId })
  return known.ok ? refused('try_again', { retryAfterSeconds: 1 }) : known
}

export const orderEndpoint = defineEndpoint({
  name: 'order',
  method: 'POST',
  path: '/sales/{slug}/orders',
  summary: 'Order what my cart holds; 202 while it is being confirmed',
  identity: 'buyer',
  limit: 'order',
  params: z.object({ slug: slugSchema }),
  body: orderBodySchema,
  query: null,
  headers: ['idempotency-key'],
  output: orderSchema,
  async run(ctx, { params, body, buyerId, header }) {
    const key = idempotencyKeySchema.safeParse(header('idempotency-key'))
    if (!key.success) {
      return refused('invalid_input', {
        fields: { 'Idempotency-Key': 'is needed: 8 to 128 printable characters without spaces' },
      })
    }
    if (isHostMixed(body.email)) {
      return refused('invalid_input', { fields: { email: 'mixes alphabets that look alike' } })
    }
    const sale = await findSale(ctx, params.slug)
    if (!sale) return refused('not_found')
    const { captcha, ...checkout } = body
    const proof =
      sale.proof === 'order' ? await checkProof(ctx, { saleId: sale.id, buyerId }, captcha) : undefined
    const placed = await order(ctx, { sale, buyerId, idempotencyKey: key.data, checkout, proof })
    if (!placed.ok || placed.value.state !== 'rejected') return placed
    return refused(placed.value.refusal ?? 'rejected')
  },
  status: (placed: Order) => (placed.state === 'confirming' ? 202 : 201),
})

export const readOrderEndpoint = defineEndpoint({
  name: 'readOrder',
  method: 'GET',
  path: '/orders/{id}',
  summary: 'One order, for its buyer or with its token',
  identity: 'anyone',
  limit: 'read',
  params: byId,
  body: null,
  query: z.object({ t: z.string().max(64).optional() }),
  output: orderSchema,
  run: (ctx, { params, query, caller }) =>
    readOrder(ctx, { orderId: params.id, buyerId: caller.buyerId, token: query.t }),
})

export const cancelOrderEndpoint = defineEndpoint({
  name: 'cancelOrder',
  method: 'DELETE',
  path: '/orders/{id}',
  summary: 'Cancel an unpaid order; its units are free again',
  identity: 'buyer',
  limit: 'order',
  params: byId,
  body: null,
  query: null,
  output: orderSchema,
  run: (ctx, { params, buyerId }) =>
    ownOrder(ctx, { orderId: params.id, buyerId }, async (row) => {
      await cancelOrder(ctx, row)
      const now = await readOrder(ctx, { orderId: params.id, buyerId })
      if (!now.ok) return now
      return now.value.state === 'cancelled' ? ok(now.value) : refused('not_payable')
    }),
})

export const payEndpoint = defineEndpoint({
  name: 'pay',
  method: 'POST',
  path: '/orders/{id}/payments',
  summary: 'Pay my order, or repeat the payment that was begun',
  identity: 'buyer',
  limit: 'pay',
  params: byId,
  body: payMethodSchema,
  query: null,
  output: paymentSchema,
  run: (ctx, { params, body, buyerId }) =>
    ownOrder(ctx, { orderId: params.id, buyerId }, (row) => pay(ctx, { order: row, card: body.method.card })),
})

export const confirmPaymentEndpoint = defineEndpoint({
  name: 'confirmPayment',
  method: 'POST',
  path: '/orders/{id}/payments/confirmation',
  summary: 'The confirmation step of a payment that asked for one',
  identity: 'buyer',
  limit: 'pay',
  params: byId,
  body: null,
  query: null,
  output: paymentSchema,
  run: (ctx, { params, buyerId }) =>
    ownOrder(ctx, { orderId: params.id, buyerId }, (row) => confirmPayment(ctx, { order: row })),
})
