import type { Live } from '@/lib/contract'

/** One look at a sale: seconds since the first one, and units. */
export type Point = { second: number; left: number; held: number; sold: number }

/** As much of the past as the chart shows, and the time over which a rate is taken. */
const keptSeconds = 600
const rateSeconds = 10

/** All items of a sale together. */
export function countsOf({ items }: Pick<Live, 'items'>): Omit<Point, 'second'> {
  const sum = (of: (item: Live['items'][number]) => number) =>
    items.reduce((total, item) => total + of(item), 0)
  return {
    left: sum(({ available }) => available),
    held: sum(({ held }) => held),
    sold: sum(({ sold }) => sold),
  }
}

/** The history with one more look, without what is too old to show. */
export function withLook(history: readonly Point[], second: number, live: Pick<Live, 'items'>): Point[] {
  if (history.at(-1)?.second === second) return [...history.slice(0, -1), { second, ...countsOf(live) }]
  return [...history.filter((point) => second - point.second <= keptSeconds), { second, ...countsOf(live) }]
}

/** Units sold a second, lately; null before there is something to compare. */
export function soldPerSecond(history: readonly Point[]): number | null {
  const last = history.at(-1)
  const first = history.find((point) => last !== undefined && last.second - point.second <= rateSeconds)
  if (!last || !first || first === last) return null
  return (last.sold - first.sold) / (last.second - first.second)
}
