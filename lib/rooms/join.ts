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

/** Redis may have forgotten the numbers, then be given where they go on, and then a block of them. */
const mostRounds = 6

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
    const reply = await runOnSale(ctx, sale, async (epoch) => {
      const answer = await runScript(ctx.redis, joinScript, saleKeys(sale.id), {
        ...{ epoch, buyer: buyerId, drawn: room.joiners === null ? 'no' : 'yes' },
      })
      return answer.code === 'block' ? { ...answer, epoch } : answer
    })
    if (isRefused(reply)) return reply
    if (reply.code === 'closed') return refused('closed')
    if (reply.code === 'block') {
      await addBlock(ctx, sale.id, reply)
      continue
    }
    const place: Place = reply.code === 'queue' ? { kind: 'queue', number: reply.number } : { kind: 'draw' }
    return ok({ ...place, ticket: ticketOf(ctx.env.APP_SECRET, { saleId: sale.id, buyerId }, place) })
  }
  return refused('try_again', { retryAfterSeconds: 1 })
}

/**
 * Numbers come in blocks that the ledger hands out once: a Redis that forgot its counter can't repeat any. Whoever finds
 * the same end asks for the same block, so a crowd that comes at once wastes none: a wasted block would be thousands of
 * places in front of the next shopper at which nobody stands (I17).
 */
async function addBlock(ctx: Context, saleId: string, { epoch, end }: { epoch: string; end: number | null }) {
  const [room] =
    end === null
      ? await ctx.db.select({ reserved: rooms.reserved }).from(rooms).where(eq(rooms.saleId, saleId))
      : await ctx.db
          .update(rooms)
          .set({ reserved: sql`greatest(${rooms.reserved}, ${end + config.room.block}::int)` })
          .where(eq(rooms.saleId, saleId))
          .returning({ reserved: rooms.reserved })
  if (!room) return
  await runScript(ctx.redis, addBlockScript, saleKeys(saleId), {
    ...{ epoch, from: end ?? room.reserved, to: room.reserved, forgotten: end === null ? 'yes' : 'no' },
  })
}
