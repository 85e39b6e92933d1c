import { runScript } from '../../db/define-script'
import { saleKeys } from '../../db/keys'
import { config } from '../config'
import type { Context } from '../context'
import type { Cart } from '../contract'
import { newHoldId } from '../id'
import { ok, type Result, refused } from '../result'
import type { SaleRecord } from '../sales/record'
import { isRefused, runOnSale } from '../sales/run-on-sale'
import { toCart } from './cart'
import { reserveScript } from './reserve.lua'

/**
 * Makes the buyer's hold contain exactly `quantity` units of the item. One atomic step in Redis decides (I1, I6, I11);
 * any number of repeats has the effect of one (I5). Refused: not_open, closed, paused, empty_now, sold_through,
 * limit_reached, already_ordered, cart_changed (only with `ifVersion`), not_found. Throws `LostReply` when Redis does
 * not answer: then nobody knows, and the caller may repeat it.
 */
export async function reserve(
  ctx: Context,
  request: { sale: SaleRecord; buyerId: string; itemId: string; quantity: number; ifVersion?: number },
): Promise<Result<Cart>> {
  const { sale, buyerId, itemId, quantity } = request
  const newId = newHoldId()
  const reply = await runOnSale(ctx, sale, (epoch) =>
    runScript(ctx.redis, reserveScript, saleKeys(sale.id), {
      epoch,
      buyer: buyerId,
      itemId,
      quantity,
      newHoldId: newId,
      ifVersion: request.ifVersion ?? -1,
      reclaimMost: config.hold.reclaimPerReserve,
    }),
  )
  if (isRefused(reply)) return reply
  return reply.code === 'ok' ? ok(toCart(reply)) : refused(reply.code)
}
