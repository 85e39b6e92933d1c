import { people } from './people'
import type { Random } from './random'

/** When everybody comes, in order, in ms from the opening on; those who wait for it come before 0. */
export function arrivalsOf(random: Random, shoppers: number, tailMs: number): Float64Array {
  const arrivals = new Float64Array(shoppers)
  for (let at = 0; at < shoppers; at++) {
    const draw = random.next()
    if (draw < people.earlyShare) {
      // More and more of them the closer the opening is.
      arrivals[at] = -people.earlyMs * (1 - Math.sqrt(random.next()))
    } else if (draw < people.earlyShare + people.stormShare) {
      arrivals[at] = random.between(0, people.stormMs)
    } else arrivals[at] = random.exponential(tailMs)
  }
  return arrivals.sort()
}
