import type { Clock } from './clock'

/** What is on the chart, moment by moment. */
export type Moment = {
  /** Seconds since the opening. */
  second: number
  free: number
  held: number
  sold: number
  /** Shoppers in the waiting room, shoppers who wait for what is in other carts, requests that wait for a process. */
  inRoom: number
  watching: number
  queued: number
}

/** Looks once a second for as long as `isOpen`. */
export function keepTimeline(
  clock: Clock,
  look: () => Omit<Moment, 'second'>,
  isOpen: () => boolean,
): Moment[] {
  const moments: Moment[] = []
  const note = () => moments.push({ second: clock.now / 1000, ...look() })
  note()
  clock.every(1_000, () => {
    note()
    return isOpen()
  })
  return moments
}
