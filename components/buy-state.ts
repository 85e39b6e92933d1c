import type { Live } from '@/lib/contract'
import { phaseAt } from './use-live'

export type BuyState =
  | 'unknown'
  | 'upcoming'
  | 'open'
  | 'open_low'
  | 'empty_now'
  | 'sold_through'
  | 'paused'
  | 'closed'

/** So few left that it is worth saying: a tenth, but never fewer than five. */
const isLow = (available: number, allocation: number) => available <= Math.max(5, allocation / 10)

/** What a shopper can do with one item now. `unknown` until the live state was read: then the server decides alone. */
export function buyState(live: Live | null, itemId: string, now: number | null): BuyState {
  const item = live?.items.find((one) => one.id === itemId)
  if (!live || !item || now === null) return 'unknown'
  const phase = phaseAt(live, now)
  if (phase === 'upcoming' || phase === 'room') return 'upcoming'
  if (phase === 'closed') return 'closed'
  if (item.state === 'sold_through') return 'sold_through'
  if (phase === 'paused') return 'paused'
  if (item.state === 'empty_now') return 'empty_now'
  return isLow(item.available, item.allocation) ? 'open_low' : 'open'
}
