import type { CallKind } from './costs'
import type { SimulatedSale } from './sale'
import type { Scenario } from './scenario'
import { type Part, parts } from './shop'
import type { End } from './shopper'
import type { Moment } from './timeline'
import type { Waits } from './waits'

/** In ms. */
export type Percentiles = { count: number; p50: number; p95: number; p99: number }

export const percentilesOf = (waits: Waits): Percentiles => ({
  count: waits.count,
  ...{ p50: waits.at(0.5), p95: waits.at(0.95), p99: waits.at(0.99) },
})

/** What the simulation of a sale has shown. */
export type Outcome = {
  scenario: Scenario
  /** Where the costs come from. */
  source: string
  ends: Record<End, number>
  units: { sold: number; left: number }
  /** Seconds from the opening until nothing was free for the first time, and until everything was paid for. */
  emptySeconds: number | null
  soldOutSeconds: number | null
  waits: {
    /** In the room, of those who were admitted. */
    room: Percentiles
    /** From coming, or from the opening, until everything was paid for. */
    bought: Percentiles
  }
  /** Those that were looked at one by one, those that were only counted, and those that the shop had no time for. */
  calls: Partial<Record<CallKind, Percentiles & { inBulk: number; shed: number }>>
  /** Page views and polls that a CDN answered instead of the shop. */
  fromCdn: number
  answeredEarly: number
  parts: Record<
    Part,
    { capacity: number; peak: number; peakAsked: number; busySeconds: number; utilisation: number[] }
  >
  /** Seconds from the opening at which the simulation begins: below 0. */
  beginsAt: number
  timeline: Moment[]
}

const secondsOf = (ms: number | undefined) => (ms === undefined ? null : ms / 1000)

export function outcomeOf(sale: SimulatedSale, timeline: Moment[]): Outcome {
  const { scenario, shop, stock, ended, waits, fromCdn } = sale
  const reading = (part: Part) => {
    const load = shop.loads[part]
    return {
      ...{ capacity: load.capacity, peak: load.peak(), peakAsked: load.peakAsked() },
      ...{ busySeconds: load.totalMs() / 1000, utilisation: load.utilisation() },
    }
  }
  return {
    scenario,
    source: shop.costs.source,
    ends: { ...ended },
    units: { sold: stock.sold, left: stock.units - stock.sold },
    ...{ emptySeconds: secondsOf(stock.emptyAt), soldOutSeconds: secondsOf(stock.soldOutAt) },
    waits: { room: percentilesOf(waits.room), bought: percentilesOf(waits.bought) },
    calls: Object.fromEntries(
      Object.entries(shop.answers).map(([kind, { waits: each, inBulk, shed }]) => [
        kind,
        { ...percentilesOf(each), inBulk: Math.round(inBulk), shed: Math.round(shed) },
      ]),
    ),
    ...{ fromCdn: Math.round(fromCdn), answeredEarly: shop.answeredEarly },
    parts: Object.fromEntries(parts.map((part) => [part, reading(part)])) as Outcome['parts'],
    ...{ beginsAt: sale.beginsAt / 1000, timeline },
  }
}
