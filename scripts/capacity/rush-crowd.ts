import { config } from '../../lib/config'
import type { Manner } from '../rush/buyer'
import { pickManner } from '../rush/crowd'
import { Clock } from './clock'
import type { CallKind, Costs } from './costs'
import { Line } from './line'
import { Load } from './load'
import { type Percentiles, percentilesOf } from './outcome'
import { Random } from './random'
import { type Hardware, type Part, SimulatedShop } from './shop'
import { Stock } from './stock'
import { Waits } from './waits'

export type RushScenario = {
  buyers: number
  stock: number
  concurrency: number
  seed: number
  hardware: Hardware
  /** What one call costs the crowd itself, which shares the machine: ms of processor time. */
  crowdMs: number
}

export type RushOutcome = {
  sold: number
  /** From the start to the last purchase. */
  sellSeconds: number
  /** Until the last of them has an answer. */
  totalSeconds: number
  purchasesPerSecond: number
  calls: Partial<Record<CallKind, Percentiles>>
  /** Processor time of each part, and of the crowd itself. */
  workedSeconds: Record<Part | 'worker' | 'crowd', number>
}

/** How the crowd of `npm run rush` repeats a reserve that found nothing (scripts/rush/cart.ts). */
const pauses = { first: 250, most: 1_500, patienceMs: 10_000 }

/**
 * The crowd of `npm run rush` in a simulated shop, one unit a buyer: so many at once, in a hurry, each with the manner
 * that rush would give them. Everything shares one machine, as it does where a rush is played.
 */
export function simulateRush(scenario: RushScenario, costs: Costs): RushOutcome {
  const clock = new Clock()
  const random = new Random(scenario.seed)
  const shop = new SimulatedShop(clock, costs, scenario.hardware)
  const stock = new Stock(clock, scenario.stock)
  const crowdLoad = new Load(clock, 0, 1)
  const crowd = new Line(shop.machine, 1, crowdLoad)
  const took: Partial<Record<CallKind, Waits>> = {}
  let over = 0
  let lastPaidAt = 0
  let overAt = 0
  const isOpen = () => over < scenario.buyers
  shop.runWorker(isOpen)

  /** Those who were told "try again" take a part of the time that they were told. */
  const comeBackMs = () => random.between(500, 1_000) * random.upTo(config.overload.comeBackSeconds)

  /** One call as a client of this machine sees it, until it has an answer. */
  function send(kind: CallKind, decide: (() => boolean) | undefined, then: (tookMs: number) => void) {
    const half = scenario.crowdMs / 2
    crowd.submit(half, () => {
      const begun = clock.now
      const done = (shed: boolean) =>
        crowd.submit(half, () => {
          if (shed) return clock.after(comeBackMs(), () => send(kind, decide, then))
          const ms = clock.now - begun + half
          took[kind] ??= new Waits()
          took[kind].add(ms)
          then(ms)
        })
      shop.call({ kind, done, ...(decide && { decide }) })
    })
  }

  /** Twice at once for those who repeat everything: the first to arrive decides. */
  function ask(
    manner: Manner,
    kind: CallKind,
    decide: (() => boolean) | undefined,
    then: (ms: number) => void,
  ) {
    if (manner !== 'repeats') return send(kind, decide, then)
    let answers = 0
    const both = (ms: number) => {
      if (++answers === 2) then(ms)
    }
    send(kind, decide, both)
    send(kind === 'order' ? 'read' : kind, undefined, both)
  }

  let free = scenario.concurrency
  const outside: (() => void)[] = []
  const enter = (go: () => void) => {
    if (free === 0) return void outside.push(go)
    free -= 1
    go()
  }
  const leave = () => {
    const next = outside.shift()
    if (next) next()
    else free += 1
  }
  const rest = (ms: number, then: () => void) => {
    leave()
    clock.after(ms, () => enter(then))
  }
  const end = () => {
    over += 1
    overAt = clock.now
    leave()
  }

  function fillCart(manner: Manner, attempt = 0, until = Number.POSITIVE_INFINITY) {
    if (stock.isKnownSoldOut(0)) return send('soldThrough', undefined, end)
    let got = false
    const take = () => {
      got = stock.reserve(1)
      return got
    }
    ask(manner, stock.free > 0 ? 'reserve' : 'emptyNow', take, (ms) => {
      if (got) return placeOrder(manner)
      const giveUpAt = Math.min(until, clock.now + pauses.patienceMs)
      if (clock.now >= giveUpAt) return end()
      const pauseMs = Math.min(pauses.first * 2 ** attempt, pauses.most) * random.between(0.5, 1.5)
      rest(Math.max(pauseMs, 3 * ms), () => fillCart(manner, attempt + 1, giveUpAt))
    })
  }

  function placeOrder(manner: Manner) {
    const freeze = () => {
      stock.order(1)
      return true
    }
    ask(manner, 'order', freeze, () => {
      if (manner !== 'wavers') return pay(manner)
      // Cancels, and comes again.
      send('pay', undefined, () => {
        stock.expire(1)
        fillCart('plain')
      })
    })
  }

  function pay(manner: Manner) {
    const paid = () => {
      stock.sell(1)
      lastPaidAt = clock.now
      shop.deliver()
      shop.deliver()
      send('read', undefined, end)
    }
    // A card that is declined, or that asks for a confirmation, takes a second call.
    const again = () => send('pay', undefined, paid)
    ask(manner, 'pay', undefined, manner === 'declined' || manner === 'confirms' ? again : paid)
  }

  for (let buyer = 0; buyer < scenario.buyers; buyer++) {
    const manner = pickManner(random.next())
    enter(() => send('session', undefined, () => fillCart(manner)))
  }
  while (clock.step()) {}
  const sellSeconds = lastPaidAt / 1000
  const { servers, redis, ledger } = shop.loads
  const loads = { servers, redis, ledger, worker: shop.workerLoad, crowd: crowdLoad }
  return {
    ...{
      sold: stock.sold,
      sellSeconds,
      totalSeconds: overAt / 1000,
      purchasesPerSecond: stock.sold / sellSeconds,
    },
    calls: Object.fromEntries(Object.entries(took).map(([kind, waits]) => [kind, percentilesOf(waits)])),
    workedSeconds: Object.fromEntries(
      Object.entries(loads).map(([who, load]) => [who, load.totalMs() / 1000]),
    ) as RushOutcome['workedSeconds'],
  }
}
