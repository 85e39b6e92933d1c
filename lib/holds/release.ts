import { runScript } from '../../db/define-script'
import { saleKeys } from '../../db/keys'
import type { Context } from '../context'
import type { Cart } from '../contract'
import { ok, type Result, refused } from '../result'
import type { SaleRecord } from '../sales/record'
import { isRefused, runOnSale } from '../sales/run-on-sale'
import { toCart } from './cart'
import { releaseScript } from './release.lua'

/**
 * Empties the buyer's hold; its units are free, for others a moment later, and a repeat finds it empty (I5, I7).
 * Refused: not_found, already_ordered (then the order is what to cancel).
 */
export async function release(
  ctx: Context,
  { sale, buyerId }: { sale: SaleRecord; buyerId: string },
): Promise<Result<Cart>> {
  const reply = await runOnSale(ctx, sale, (epoch) =>
    runScript(ctx.redis, releaseScript, saleKeys(sale.id), { epoch, buyer: buyerId }),
  )
  if (isRefused(reply)) return reply
  return reply.code === 'ok' ? ok(toCart(reply)) : refused(reply.code)
}
