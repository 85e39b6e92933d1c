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
  const [room] = await ctx.db
    .select({ joiners: rooms.joiners, seen: rooms.seen })
    .from(rooms)
    .where(eq(rooms.saleId, saleId))
  if (!room) return
  if (room.joiners !== null) return adaptRate(ctx, saleId)
  const counted = await runScript(ctx.redis, countJoinersScript, saleKeys(saleId), {})
  if (counted.code === 'stale_epoch') return
  const joiners = sql`greatest(${rooms.seen}, ${counted.joiners}::int)`
  const unopened = and(eq(rooms.saleId, saleId), isNull(rooms.joiners))
  if (counted.code === 'open') {
    if (counted.joiners > room.seen) await ctx.db.update(rooms).set({ seen: joiners }).where(unopened)
    return
  }
  await ctx.db.update(rooms).set({ joiners }).where(unopened)
  await adaptRate(ctx, saleId)
}

/** Announces the rate that fits now, unless the newest one does or has still to begin. */
async function adaptRate(ctx: Context, saleId: string): Promise<void> {
  // The ledger's time comes first: whatever holds this process up from here on counts.
  const [room] = await ctx.db
    .select({ manualRate: rooms.manualRate, readAt: sql<string>`clock_timestamp()::text` })
    .from(rooms)
    .where(eq(rooms.saleId, saleId))
  const load = await readLoad(ctx, saleId)
  if (!room || !load) return
  const last = await ctx.db
    .select()
    .from(roomSegments)
    .where(eq(roomSegments.saleId, saleId))
    .orderBy(desc(roomSegments.number))
    .limit(segmentsNeeded)
  const segments: Segment[] = last.toReversed()
  const segment = nextSegment(load, segments, load.isShut ? 0 : (room.manualRate ?? rateFor(load, segments)))
  if (segment) await append(ctx, { saleId, number: (last[0]?.number ?? 0) + 1, ...segment }, room.readAt)
}

/**
 * Appends a segment, unless another worker was faster, or this one stood still since `readAt` for so long that the
 * segment would change what has already been told (I17).
 */
async function append(ctx: Context, segment: typeof roomSegments.$inferInsert, readAt: string) {
  const { saleId, number, atMs, base, rate } = segment
  await ctx.db.execute(sql`
    insert into ${roomSegments} (sale_id, number, at_ms, base, rate)
    select ${saleId}, ${number}::int, ${atMs}::bigint, ${base}::float8, ${rate}::float8
    where clock_timestamp() < ${readAt}::timestamptz + make_interval(secs => ${config.room.decideWithinMs / 1000})
    on conflict do nothing`)
}

/** What a rate appends to the segments; null while the newest one has still to begin, or is much the same. */
export function nextSegment({ now }: Pick<Load, 'now'>, segments: Segment[], rate: number): Segment | null {
  const newest = segments.at(-1)
  if (newest && (newest.atMs > now || isAlike(newest.rate, rate))) return null
  const atMs = now + config.room.leadMs
  return { atMs, base: thresholdAt(segments, atMs), rate }
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
  /** How late the event loop of the latest server process is. */
  lateMs: number
}

/**
 * Admissions a second that the shop can take: as many shoppers may be on their way as there are free units for, with
 * some more for those who look and leave. Those who were admitted and have not come yet count, until they are no
 * longer waited for. Servers that are late slow it down, and stop it before they stop answering those who are in.
 */
export function rateFor({ now, isShut, free, came, unclaimed, lateMs }: Load, segments: Segment[]): number {
  if (isShut || unclaimed > config.room.mostUnclaimed) return 0
  const onTheirWay = expectedOf(segments, now, came)
  const room = Math.ceil(free * config.room.perFreeUnit) - onTheirWay
  if (segments.length === 0) return Math.min(config.room.firstRate, Math.max(0, room)) * partFor(lateMs)
  return Math.min(config.room.mostPerSecond, Math.max(0, room / config.room.aimSeconds)) * partFor(lateMs)
}

/** The part of a rate that servers which are so late should get. */
function partFor(lateMs: number): number {
  const { calmLateMs, mostLateMs } = config.room
  return Math.min(1, Math.max(0, (mostLateMs - lateMs) / (mostLateMs - calmLateMs)))
}

/** In so many steps the hope for somebody who was admitted fades. */
const fadesIn = 12

/**
 * How many of those who were admitted and have not come are still expected. Most come within seconds or not at all: one
 * whose page is closed, or whose cart lapsed, would keep a free unit from the next for all of `noShowSeconds`. So each
 * counts in full for the first step of that time and less with each further one.
 */
function expectedOf(segments: Segment[], now: number, came: number): number {
  const admitted = thresholdAt(segments, now)
  const since = (step: number) =>
    admitted - thresholdAt(segments, now - (step / fadesIn) * config.room.noShowSeconds * 1000)
  const waitedFor = since(fadesIn)
  if (waitedFor <= 0) return 0
  let hoped = 0
  for (let step = 1; step <= fadesIn; step++) hoped += since(step)
  return Math.min(waitedFor, Math.max(0, admitted - came)) * (hoped / (fadesIn * waitedFor))
}
