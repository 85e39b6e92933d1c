import type { Context } from '../lib/context'
import type { Order } from '../lib/contract'
import { expireOrders } from '../lib/orders/end'
import { readOrder } from '../lib/orders/read'
import type { SaleRecord } from '../lib/sales/record'
import { ripenLateCard } from './provider'
import { granted, payFor, placed } from './purchase'
import { cards, makeOverdue } from './shop'

/** An order that expired while its bank was still thinking; a moment later the bank says yes. */
export async function lapsed(
  ctx: Context,
  sale: SaleRecord,
  quantity = 1,
): Promise<Order & { buyerId: string }> {
  const made = await placed(ctx, sale, { quantity })
  const { state } = await payFor(ctx, made.id, cards.late)
  await makeOverdue(ctx, made.id)
  const ended = await expireOrders(ctx, sale.id)
  if (state !== 'processing' || ended !== 1)
    throw new Error('The order did not lapse while its bank was thinking.')
  await ripenLateCard(ctx, made.id)
  return made
}

/** The order page, as its own buyer sees it. */
export const buyersView = async (ctx: Context, made: { id: string; buyerId: string }): Promise<Order> =>
  granted(await readOrder(ctx, { orderId: made.id, buyerId: made.buyerId }))
