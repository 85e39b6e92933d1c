import { randomUUID } from 'node:crypto'
import { runScript } from '../../db/define-script'
import { saleKeys } from '../../db/keys'
import type { Context } from '../context'
import type { Cart } from '../contract'
import { ok, type Result, refused } from '../result'
import type { SaleRecord } from '../sales/record'
import { isRefused, runOnSale } from '../sales/run-on-sale'
import { toCart } from './cart'
import { extendScript } from './extend.lua'

/**
 * Moves the deadline by one hold length, as often as the sale allows. `request` names the buyer's wish (an idempotency
 * key), so that a repeat is not a second extension (I5). Refused: limit_reached, hold_expired, already_ordered.
 */
export async function extend(
  ctx: Context,
  { sale, buyerId, request }: { sale: SaleRecord; buyerId: string; request?: string | undefined },
): Promise<Result<Cart>> {
  const wish = request ?? randomUUID()
  const reply = await runOnSale(ctx, sale, (epoch) =>
    runScript(ctx.redis, extendScript, saleKeys(sale.id), { epoch, buyer: buyerId, request: wish }),
  )
  if (isRefused(reply)) return reply
  return reply.code === 'ok' ? ok(toCart(reply)) : refused(reply.code)
}
