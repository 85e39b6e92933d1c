import type { Live } from '@/lib/contract'
import { type Outlook, outlookOf } from '@/lib/outlook'
import { type Segment, secondsUntil, thresholdAt } from '@/lib/segments'

export type RoomState =
  /** Nothing is known yet. */
  | { is: 'arriving' }
  /** No place yet: it is being taken. */
  | { is: 'joining' }
  /** A place in a draw that has not been made; `opensAt` where it is known. */
  | { is: 'in_draw'; opensAt: string | null; paused: boolean }
  /** The sale's time has come, and the place follows in a moment. */
  | { is: 'drawing' }
  | {
      is: 'waiting'
      /** Shoppers in front who have not been admitted yet. */
      ahead: number
      etaSeconds: number | null
      /** Nobody has been admitted so far: it begins in a moment. */
      first: boolean
      paused: boolean
      outlook: Outlook | null
      free: number
      held: number
    }
  | { is: 'turn' }
  | { is: 'sold_out' }
  | { is: 'closed' }

export const segmentsOf = (room: Live['room']): Segment[] =>
  room?.segments.map(({ at, ...rest }) => ({ atMs: Date.parse(at), ...rest })) ?? []

type Known = {
  live: Live | null
  /** By the server's clock; null until that is known. */
  now: number | null
  hasPlace: boolean
  position: number | null
  isTurn: boolean
}

const sum = (values: number[]) => values.reduce((all, each) => all + each, 0)

/** Where a shopper stands in the waiting room, from the live state and their place: the same on every page. */
export function roomState({ live, now, hasPlace, position, isTurn }: Known): RoomState {
  if (live?.phase === 'closed' || (live && now !== null && now >= Date.parse(live.closesAt)))
    return { is: 'closed' }
  if (live?.items.every(({ state }) => state === 'sold_through')) return { is: 'sold_out' }
  if (isTurn) return { is: 'turn' }
  if (!hasPlace) return { is: live ? 'joining' : 'arriving' }
  const paused = live?.phase === 'paused'
  if (position === null) {
    const isBefore = !live || (live.room?.seed === null && (now ?? 0) < Date.parse(live.opensAt))
    return isBefore ? { is: 'in_draw', opensAt: live?.opensAt ?? null, paused } : { is: 'drawing' }
  }
  const segments = segmentsOf(live?.room ?? null)
  const admitted = now === null ? 0 : Math.floor(thresholdAt(segments, now))
  const ahead = Math.max(0, position - admitted)
  return {
    ...{ is: 'waiting', ahead, paused, first: segments.length === 0 },
    etaSeconds: now === null || paused ? null : secondsUntil(segments, position, now),
    outlook: live && outlookOf(live.items, ahead),
    free: sum(live?.items.map(({ available }) => available) ?? []),
    held: sum(live?.items.map(({ held }) => held) ?? []),
  }
}
