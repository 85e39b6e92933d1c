import { runScript } from '../../db/define-script'
import { saleKeys } from '../../db/keys'
import { config } from '../config'
import type { Context } from '../context'
import type { Cart } from '../contract'
import { newHoldId } from '../id'
import { ok, type Result, refused } from '../result'
import type { SaleRecord } from '../sales/record'
import { isRefused, runOnSale } from '../sales/run-on-sale'
import { type GivenProof, proofArgs, refusedProof } from '../units/proof'
import { toCart } from './cart'
import { reserveScript } from './reserve.lua'

/**
 * Makes the buyer's hold contain exactly `quantity` units of the item. One atomic step in Redis decides (I1, I6, I11);
 * any number of repeats has the effect of one (I5). Refused: not_open, closed, paused, empty_now, sold_through,
 * limit_reached, already_ordered, cart_changed (only with `ifVersion`), not_found; too_many_requests to a buyer whose
 * carts keep lapsing and to a network that has its share; captcha_required and captcha_failed where a `proof` is
 * asked for after repeated reserves: each is good for one. `network` is a keyed hash, absent where none is counted.
 * `isPaidFor`: whoever has paid already does not wait. Throws `LostReply` when Redis does not answer: then nobody
 * knows, and the caller may repeat it.
 */
export async function reserve(
  ctx: Context,
  request: {
    sale: SaleRecord
    buyerId: string
    itemId: string
    quantity: number
    ifVersion?: number
    network?: string | undefined
    isPaidFor?: true
    proof?: GivenProof
  },
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
      network: request.network ?? '',
      networkMost: networkMost(sale),
      isPaidFor: request.isPaidFor ? 'yes' : 'no',
      freeReserves: config.captcha.freeReserves,
      ...proofArgs(request.proof),
    }),
  )
  if (isRefused(reply)) return reply
  if (reply.code === 'ok') return ok(toCart(reply))
  if (reply.code === 'cool_down') {
    const retryAfterSeconds = Math.ceil(reply.waitMs / 1000)
    return refused('too_many_requests', { cause: 'carts_lapsed', retryAfterSeconds })
  }
  if (reply.code === 'network_full') {
    const retryAfterSeconds = config.hold.networkRetrySeconds
    return refused('too_many_requests', { cause: 'network_full', retryAfterSeconds })
  }
  if (reply.code === 'captcha_required' || reply.code === 'captcha_failed')
    return refusedProof(request.proof, reply.code)
  return refused(reply.code)
}

/** How many units of a sale may be set aside for one network at once. */
export function networkMost({ items }: Pick<SaleRecord, 'items'>): number {
  const units = items.reduce((sum, item) => sum + item.allocation, 0)
  return Math.max(config.hold.networkLeast, Math.ceil(units * config.hold.networkShare))
}
