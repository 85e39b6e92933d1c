import { and, desc, eq, isNull, sql } from 'drizzle-orm'
import { runScript } from '../../db/define-script'
import { saleKeys } from '../../db/keys'
import { roomSegments, rooms } from '../../db/schema'
import { config } from '../config'
import type { Context } from '../context'
import { type Segment, thresholdAt } from '../segments'
import { countJoinersScript } from './join.lua'
import { readLoad } from './load'

/** One begins at most each `leadMs`: these reach back as far as anybody is waited for. */
const segmentsNeeded = Math.ceil((config.room.noShowSeconds * 1000) / config.room.leadMs)

/** A smaller change of the rate is not worth a segment. */
const worthOfRate = 0.1

/**
 * One tick of a sale's room: remembers how many have joined, closes the draw when the sale's time has come, and then
 * adapts the rate to what the shop can take. Any number of workers may do it: the ledger takes one of them at each
 * step, and a crash in between is finished by the next tick (I8).
 */
export async function paceRoom(ctx: Context, saleId: string): Promise<void> {
  const [room] = await ctx.db.select().from(rooms).where(eq(rooms.saleId, saleId))
  if (!room) return
  if (room.joiners !== null) return adaptRate(ctx, saleId, room.manualRate)
  const counted = await runScript(ctx.redis, countJoinersScript, saleKeys(saleId), {})
  if (counted.code === 'stale_epoch') return
  const joiners = sql`greatest(${rooms.seen}, ${counted.joiners}::int)`
  const unopened = and(eq(rooms.saleId, saleId), isNull(rooms.joiners))
  if (counted.code === 'open') {
    if (counted.joiners > room.seen) await ctx.db.update(rooms).set({ seen: joiners }).where(unopened)
    return
  }
  await ctx.db.update(rooms).set({ joiners }).where(unopened)
}

async function adaptRate(ctx: Context, saleId: string, manualRate: number | null): Promise<void> {
  const load = await readLoad(ctx, saleId)
  if (!load) return
  const last = await ctx.db
    .select()
    .from(roomSegments)
    .where(eq(roomSegments.saleId, saleId))
    .orderBy(desc(roomSegments.number))
    .limit(segmentsNeeded)
  const segments: Segment[] = last.toReversed()
  const rate = manualRate ?? rateFor(load, segments)
  const [newest] = last
  if (newest && (newest.atMs > load.now || isAlike(newest.rate, rate))) return
  const atMs = load.now + config.room.leadMs
  await ctx.db
    .insert(roomSegments)
    .values({ saleId, number: (newest?.number ?? 0) + 1, atMs, base: thresholdAt(segments, atMs), rate })
    // Another worker was faster: its segment stands.
    .onConflictDoNothing()
}

const isAlike = (a: number, b: number) => a === b || (a > 0 && b > 0 && Math.abs(a - b) < worthOfRate * b)

export type Load = {
  now: number
  /** No unit may be reserved now: paused, closed or not open. */
  isShut: boolean
  free: number
  /** Buyers who have a hold, an order or a purchase. */
  came: number
  unclaimed: number
}

/**
 * Admissions a second that the shop can take: as many shoppers may be on their way as there are free units for, with
 * some more for those who look and leave. Those who were admitted and have not come yet count, until they are no
 * longer waited for.
 */
export function rateFor({ now, isShut, free, came, unclaimed }: Load, segments: Segment[]): number {
  if (isShut || unclaimed > config.room.mostUnclaimed) return 0
  const admitted = thresholdAt(segments, now)
  const waitedFor = admitted - thresholdAt(segments, now - config.room.noShowSeconds * 1000)
  const onTheirWay = Math.min(waitedFor, Math.max(0, admitted - came))
  const room = Math.ceil(free * config.room.perFreeUnit) - onTheirWay
  if (segments.length === 0) return Math.min(config.room.firstRate, Math.max(0, room))
  return Math.min(config.room.mostPerSecond, Math.max(0, room / config.room.aimSeconds))
}
