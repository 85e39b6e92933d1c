import { eq } from 'drizzle-orm'
import { rooms } from '../../db/schema'
import type { Context } from '../context'
import { ok, type Result, refused } from '../result'
import { paceRoom } from './pace'

/**
 * Sets the rate of a sale's room by hand, in admissions a second: 0 lets it stand still, null leaves it to the backlog
 * again. It begins as soon as every process can know of it, and moves nobody back (I17). A paused sale stands still
 * whatever the rate. Refused: not_found (no room). A fault of Redis leaves the rate set: the worker follows it later.
 */
export async function setRate(ctx: Context, saleId: string, rate: number | null): Promise<Result<null>> {
  const changed = await ctx.db
    .update(rooms)
    .set({ manualRate: rate })
    .where(eq(rooms.saleId, saleId))
    .returning({ saleId: rooms.saleId })
  if (changed.length === 0) return refused('not_found')
  // Sooner than the worker's next tick. A change that is announced already begins first.
  await paceRoom(ctx, saleId)
  return ok(null)
}
