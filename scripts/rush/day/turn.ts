import { drawOf } from '../../../lib/draw'
import { type Segment, thresholdAt } from '../../../lib/segments'
import type { Shopper } from './cast'
import type { Day } from './day'
import type { Copy } from './edge'

const segments = new WeakMap<Copy, Segment[]>()
const thresholds = new WeakMap<Copy, { now: number; reached: number }>()

/** How many places are admitted by what a copy says; worked out once for all pages that look at the same moment. */
function reachedBy(copy: Copy, now: number): number {
  const known = thresholds.get(copy)
  if (known?.now === now) return known.reached
  let parsed = segments.get(copy)
  if (!parsed) {
    parsed = (copy.room?.segments ?? []).map(({ at, ...rest }) => ({ atMs: Date.parse(at), ...rest }))
    segments.set(copy, parsed)
  }
  const reached = thresholdAt(parsed, now)
  thresholds.set(copy, { now, reached })
  return reached
}

/** Why somebody who waits goes home. */
export const goneBy = ({ item, phase }: Copy): 'sold_through' | 'closed' | undefined =>
  item.state === 'sold_through' ? 'sold_through' : phase === 'closed' ? 'closed' : undefined

/** How many are in front of a shopper by the draw, or by the number behind it; undefined until the draw is known. */
export function placeOf({ saleId }: Day, shopper: Shopper, { room }: Copy): number | undefined {
  if (!room || room.seed === null) return undefined
  shopper.place ??=
    shopper.queueNumber === undefined
      ? Math.floor(drawOf(room.seed, saleId, shopper.buyerId) * room.joiners)
      : room.joiners + shopper.queueNumber
  return shopper.place
}

/**
 * Whether it is a shopper's turn, from the public live state and their ticket alone: by the draw and the segments where
 * there is a room, from the opening on where there is none.
 */
export function isTurn(day: Day, shopper: Shopper, copy: Copy, now: number): boolean {
  if (!day.shop.hasRoom) return copy.phase !== 'paused' && now >= day.opensAtMs
  const place = placeOf(day, shopper, copy)
  return place !== undefined && place < reachedBy(copy, now)
}
