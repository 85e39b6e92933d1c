import { runScript } from '../../db/define-script'
import { saleKeys } from '../../db/keys'
import type { Context } from '../context'
import type { Cart } from '../contract'
import { ok, type Result, refused } from '../result'
import type { SaleRecord } from '../sales/record'
import { isRefused, runOnSale } from '../sales/run-on-sale'
import { toCart } from './cart'
import { readHoldScript } from './read.lua'

/** The buyer's open hold in a sale. Refused: not_found when there is none, also once it was ordered. */
export async function findCart(
  ctx: Context,
  { sale, buyerId }: { sale: SaleRecord; buyerId: string },
): Promise<Result<Cart>> {
  const reply = await runOnSale(ctx, sale, (epoch) =>
    runScript(ctx.redis, readHoldScript, saleKeys(sale.id), { epoch, buyer: buyerId }),
  )
  if (isRefused(reply)) return reply
  return reply.code === 'ok' ? ok(toCart(reply)) : refused('not_found')
}
