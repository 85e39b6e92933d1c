import type { Context } from '../context'
import { type Refused, refused } from '../result'
import { findSale } from './catalog'
import type { SaleRecord } from './record'

type Outdated = 'stale_epoch' | 'too_late'
/** The replies that say something about the sale itself. */
type Decided<Reply extends { code: string }> = Reply extends unknown
  ? Exclude<Reply['code'], Outdated> extends never
    ? never
    : Omit<Reply, 'code'> & { code: Exclude<Reply['code'], Outdated> }
  : never

/**
 * Runs a script of a sale under the epoch this process knows. If Redis is in another one, the epoch is read again from
 * the ledger and the script runs once more; if they still differ, Redis is being rebuilt and the answer is
 * `try_again`: nothing was changed either way.
 */
export async function runOnSale<Reply extends { code: string }>(
  ctx: Context,
  sale: SaleRecord,
  run: (epoch: string) => Promise<Reply>,
): Promise<Decided<Reply> | Refused> {
  let reply = await run(sale.epochText)
  if (reply.code === 'stale_epoch') {
    const again = await findSale(ctx, sale.slug, true)
    if (again && again.epochText !== sale.epochText) reply = await run(again.epochText)
  }
  if (reply.code === 'stale_epoch' || reply.code === 'too_late') {
    return refused('try_again', { retryAfterSeconds: 1 })
  }
  return reply as unknown as Decided<Reply>
}

/** Tells a refusal of `runOnSale` from a reply. */
export const isRefused = (reply: { code: string } | Refused): reply is Refused => 'ok' in reply
