import { setTimeout as sleep } from 'node:timers/promises'
import { type Buyer, type End, type Manner, visit } from './buyer'
import type { History } from './history'
import { readLive, type Shop } from './shop'

/** What has happened so far, for the progress bar. */
export type Tally = {
  buyers: number
  arrived: number
  sold: number
  refused: number
  failed: number
  /** Of their own accord, before they had bought: on a whole day some do. */
  left: number
}

export type Visit = { buyer: Buyer; end: End }

/** Share of the crowd that behaves in each of these ways; all others are plain. */
const manners: [Manner, share: number][] = [
  ['declined', 0.03],
  ['confirms', 0.05],
  ['repeats', 0.1],
  ['wavers', 0.02],
]

/** A crowd of `count` buyers who want 1 … `limit` units each, all mixed. */
export function gather(count: number, limit: number): Buyer[] {
  return Array.from({ length: count }, (_, number) => ({
    ...{ number, manner: pickManner(Math.random()), wanted: 1 + Math.floor(Math.random() * limit) },
    ...{ bought: 0, buyerId: '', token: '' },
  }))
}

/** The manner of a buyer with this draw from [0, 1). */
export function pickManner(draw: number): Manner {
  let passed = 0
  for (const [manner, share] of manners) {
    passed += share
    if (draw < passed) return manner
  }
  return 'plain'
}

/** Waits until the buyer with this number may come. */
export type Pace = (number: number) => Promise<void>

/** Sends everybody through the shop, as many at once as it has slots, and answers how each visit ended. */
export async function runCrowd(
  shop: Shop,
  history: History,
  { buyers, tally, pace }: { buyers: Buyer[]; tally: Tally; pace?: Pace | undefined },
): Promise<Visit[]> {
  const visits: Promise<Visit>[] = []
  for (const buyer of buyers) {
    await pace?.(buyer.number)
    await shop.slots.take()
    tally.arrived += 1
    visits.push(
      visit(shop, history, buyer, buyer.wanted).then((end) => {
        shop.slots.leave()
        tally[end.state] += 1
        return { buyer, end }
      }),
    )
  }
  return Promise.all(visits)
}

/** Units that a store's death leaked are free again after two readings of the reconciler. */
const comeBackMs = 15_000
const lookEveryMs = 500

/**
 * While units are available, or may come back, those who got fewer than they wanted come again: so that a crowd which
 * is larger than the stock leaves nothing. Stops once `expected` units are sold, when nobody wants more, or when nothing
 * was sold for a while. The later visits replace the earlier ones of the same buyers unless those had bought something.
 */
export async function sellTheRest(
  shop: Shop,
  history: History,
  visits: Visit[],
  { expected, tally }: { expected: number; tally: Tally },
): Promise<Visit[]> {
  const latest = new Map(visits.map((each) => [each.buyer, each]))
  let until = performance.now() + comeBackMs
  while (history.paidUnits() < expected && performance.now() < until) {
    const { phase, item } = await readLive(shop)
    const hungry = [...latest.values()].filter(wantsMore)
    if (phase === 'closed' || hungry.length === 0) break
    if (item.available === 0 && item.held === 0) break
    if (item.available === 0) {
      await sleep(lookEveryMs)
      continue
    }
    const soldBefore = history.paidUnits()
    await Promise.all(
      shareOut(hungry, item.available).map((one) => comeAgain(shop, history, one, tally, latest)),
    )
    if (history.paidUnits() > soldBefore) until = performance.now() + comeBackMs
  }
  return [...latest.values()]
}

const wantsMore = ({ buyer, end }: Visit) => end.state !== 'failed' && buyer.bought < buyer.wanted

/** As many of them as there are units for, and how many each of them takes. */
function shareOut(hungry: Visit[], available: number): { visit: Visit; quantity: number }[] {
  let left = available
  return hungry.flatMap((each) => {
    const quantity = Math.min(left, each.buyer.wanted - each.buyer.bought)
    left -= quantity
    return quantity > 0 ? [{ visit: each, quantity }] : []
  })
}

async function comeAgain(
  shop: Shop,
  history: History,
  { visit: earlier, quantity }: { visit: Visit; quantity: number },
  tally: Tally,
  latest: Map<Buyer, Visit>,
): Promise<void> {
  await shop.slots.take()
  const end = await visit(shop, history, earlier.buyer, quantity)
  shop.slots.leave()
  // Whoever bought before stays a buyer who bought, unless the second visit went wrong.
  if (earlier.end.state === 'sold' && end.state !== 'failed') return
  tally[earlier.end.state] -= 1
  tally[end.state] += 1
  latest.set(earlier.buyer, { buyer: earlier.buyer, end })
}
