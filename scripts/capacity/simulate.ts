import type { Costs } from './costs'
import { type Outcome, outcomeOf } from './outcome'
import { SimulatedSale } from './sale'
import type { Scenario } from './scenario'
import { keepTimeline } from './timeline'

/** So many events from one sign of life to the next. */
const progressEvery = 65_536

/** Plays one sale. The same scenario with the same costs always ends the same. */
export function simulate(
  scenario: Scenario,
  costs: Costs,
  progress: (done: number, second: number) => void = () => {},
): Outcome {
  const sale = new SimulatedSale(scenario, costs)
  const { clock, shop, stock, room, isOpen } = sale
  sale.open()
  const look = () => ({
    ...{ free: stock.free, held: stock.held + stock.ordered, sold: stock.sold },
    ...{ inRoom: room?.waiting ?? 0, watching: sale.watchers, queued: shop.queued },
  })
  const timeline = keepTimeline(clock, look, isOpen)
  for (let events = 1; clock.step(); events++) {
    if (events % progressEvery === 0) progress(sale.over, clock.now / 1000)
  }
  return outcomeOf(sale, timeline)
}
