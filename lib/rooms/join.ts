import { eq, sql } from 'drizzle-orm'
import { runScript } from '../../db/define-script'
import { saleKeys } from '../../db/keys'
import { rooms } from '../../db/schema'
import { config } from '../config'
import type { Context } from '../context'
import { ok, type Result, refused } from '../result'
import type { SaleRecord } from '../sales/record'
import { isRefused, runOnSale } from '../sales/run-on-sale'
import { addBlockScript, joinScript } from './join.lua'
import { type Place, ticketOf } from './ticket'

/** Each round another process may have used up the block that was just reserved. */
const mostRounds = 3

/**
 * A place in the sale's waiting room: in the draw until the sale opens, behind it from then on. The caller has checked
 * the proof against robots. Joining again never worsens the first place, whose ticket stays good (I17). Refused:
 * not_found (no room), closed, try_again.
 */
export async function join(
  ctx: Context,
  { sale, buyerId }: { sale: SaleRecord; buyerId: string },
): Promise<Result<Place & { ticket: string }>> {
  const { room } = sale
  if (!room) return refused('not_found')
  for (let round = 0; round < mostRounds; round++) {
    const reply = await runOnSale(ctx, sale, (epoch) =>
      runScript(ctx.redis, joinScript, saleKeys(sale.id), {
        ...{ epoch, buyer: buyerId, drawn: room.joiners === null ? 'no' : 'yes' },
      }),
    )
    if (isRefused(reply)) return reply
    if (reply.code === 'closed') return refused('closed')
    if (reply.code === 'block') {
      await reserveBlock(ctx, sale.id)
      continue
    }
    const place: Place = reply.code === 'queue' ? { kind: 'queue', number: reply.number } : { kind: 'draw' }
    return ok({ ...place, ticket: ticketOf(ctx.env.APP_SECRET, { saleId: sale.id, buyerId }, place) })
  }
  return refused('try_again', { retryAfterSeconds: 1 })
}

/** Numbers come in blocks that the ledger hands out once: a Redis that forgot its counter can't repeat any. */
async function reserveBlock(ctx: Context, saleId: string): Promise<void> {
  const [reserved] = await ctx.db
    .update(rooms)
    .set({ reserved: sql`${rooms.reserved} + ${config.room.block}` })
    .where(eq(rooms.saleId, saleId))
    .returning({ to: rooms.reserved })
  if (!reserved) return
  await runScript(ctx.redis, addBlockScript, saleKeys(saleId), {
    from: reserved.to - config.room.block,
    to: reserved.to,
  })
}
