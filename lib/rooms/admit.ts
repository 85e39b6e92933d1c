import { estimateRedisNow } from '../../db/redis-clock'
import { config } from '../config'
import type { Context } from '../context'
import { drawOf } from '../draw'
import { ok, type Result, refused } from '../result'
import type { SaleRecord } from '../sales/record'
import { isAdmitted, secondsUntil } from '../segments'
import { admissionOf, admittedUntil, type Place, readTicket } from './ticket'

export type Admission =
  | { admission: string; until: string }
  /** Null as long as nobody knows: before the draw, and while the room stands still. */
  | { position: number | null; etaSeconds: number | null }

/** How many others are in front of a place; null before the draw. */
function positionOf(sale: SaleRecord, buyerId: string, place: Place): number | null {
  const { seed = null, joiners = null } = sale.room ?? {}
  if (seed === null || joiners === null) return null
  return place.kind === 'queue'
    ? joiners + place.number
    : Math.floor(drawOf(seed, sale.id, buyerId) * joiners)
}

/**
 * The right to reserve, once it is the turn of a ticket, or its place until then. Follows from what every process knows
 * of the room and from the ticket: no question to any store (I17). Refused: not_found (no room), forbidden (a ticket of
 * somebody else, of another sale, or none of ours).
 */
export async function admit(
  ctx: Context,
  { sale, buyerId, ticket }: { sale: SaleRecord; buyerId: string; ticket: string },
): Promise<Result<Admission>> {
  if (!sale.room) return refused('not_found')
  const owner = { saleId: sale.id, buyerId }
  const place = readTicket(ctx.env.APP_SECRET, owner, ticket)
  if (!place) return refused('forbidden')
  const { segments } = sale.room
  const now = await estimateRedisNow(ctx.redis)
  const position = positionOf(sale, buyerId, place)
  if (position === null) return ok({ position, etaSeconds: null })
  if (!isAdmitted(segments, position, now)) {
    return ok({ position, etaSeconds: secondsUntil(segments, position, now) })
  }
  const until = now + config.room.admissionSeconds * 1000
  return ok({
    admission: admissionOf(ctx.env.APP_SECRET, owner, until),
    until: new Date(until).toISOString(),
  })
}

/** Whether this buyer may reserve in this sale: everybody where there is no room (I17). */
export async function mayReserve(
  ctx: Context,
  sale: SaleRecord,
  buyerId: string,
  admission: string | undefined,
): Promise<boolean> {
  if (!sale.room) return true
  const now = await estimateRedisNow(ctx.redis)
  return admittedUntil(ctx.env.APP_SECRET, { saleId: sale.id, buyerId }, admission, now) !== null
}
