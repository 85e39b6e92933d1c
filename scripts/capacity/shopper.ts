import { config } from '../../lib/config'
import type { Clock } from './clock'
import type { Call } from './flight'
import { people } from './people'
import type { Random } from './random'
import type { SimulatedShop } from './shop'
import type { Stock } from './stock'

/** How a visit ends. */
export const ends = [
  'bought',
  /** Everything was paid for before it was their turn. */
  'soldOut',
  /** Everything was in other carts, and they did not wait any longer. */
  'left',
  /** Waited in the room for longer than they wanted to. */
  'wentHome',
  /** Filled a cart and did not order. */
  'abandoned',
  /** The hold was over before the form was filled in. */
  'tooSlow',
  'declined',
  /** Were told "try again" too often. */
  'gaveUp',
] as const
export type End = (typeof ends)[number]

export type Habits = {
  /** Most units that one of them buys. */
  limit: number
  holdMs: number
  abandonShare: number
  declineShare: number
}

type Surroundings = {
  clock: Clock
  random: Random
  shop: SimulatedShop
  stock: Stock
  habits: Habits
  /** Through the pages and their server actions, or as an app of their own through the API. */
  throughPages: boolean
  /** Through a waiting room. */
  isAdmitted: boolean
  end(how: End): void
  /** They found nothing free and wait for what others let go. */
  watch(): void
}

/** A sweep of the worker ends holds and orders, on average half a tick late. */
const sweepMs = config.worker.tickMs

/** What shoppers do once they may reserve. */
export class Shopping {
  constructor(private readonly around: Surroundings) {}

  /** Tries to fill a cart, with fewer units if there are no more. */
  reserve(wish = this.around.random.upTo(this.around.habits.limit)) {
    const { stock, throughPages, isAdmitted } = this.around
    if (stock.isKnownSoldOut(config.live.refreshMs)) {
      return this.ask({ kind: 'soldThrough' }, () => this.around.end('soldOut'))
    }
    let got = false
    const take = () => (got = stock.reserve(wish))
    const kind = stock.free > 0 ? 'reserve' : 'emptyNow'
    // Whoever was admitted goes before those who were not.
    const rank = isAdmitted ? 'shopper' : 'newcomer'
    this.ask({ kind, rank, action: throughPages, decide: take }, () => {
      if (got) return this.fillForm(wish)
      if (wish > 1 && stock.free > 0) return this.reserve(Math.min(wish - 1, stock.free))
      this.around.watch()
    })
  }

  private fillForm(units: number) {
    const { clock, random, habits, stock, throughPages, end } = this.around
    const deadline = clock.now + habits.holdMs
    let isOrdered = false
    clock.at(deadline + random.next() * sweepMs, () => {
      if (!isOrdered) stock.lapse(units)
    })
    if (throughPages) this.around.shop.call({ kind: 'checkoutPage' })
    if (random.chance(habits.abandonShare)) return end('abandoned')
    const freeze = () => {
      isOrdered = clock.now < deadline
      if (isOrdered) stock.order(units)
      return isOrdered
    }
    clock.after(random.around(people.formMs), () =>
      this.ask({ kind: 'order', action: throughPages, decide: freeze }, () => {
        if (isOrdered) this.takeCard(units)
        else end('tooSlow')
      }),
    )
  }

  private takeCard(units: number) {
    const { clock, random, habits, shop, stock, throughPages, end } = this.around
    let isCapturing = false
    let isExpired = false
    clock.after(config.payment.defaultSeconds * 1000 + random.next() * sweepMs, () => {
      if (isCapturing) return
      isExpired = true
      stock.expire(units)
    })
    if (throughPages) shop.call({ kind: 'orderPage' })
    const type = (then: () => void) => clock.after(random.around(people.cardMs), then)
    const pay = () =>
      this.ask(
        this.payment(() => (isCapturing = !isExpired)),
        () => {
          if (!isCapturing) return end('tooSlow')
          stock.sell(units)
          shop.call({ kind: 'read' })
          this.hearFromProvider()
          end('bought')
        },
      )
    type(() => {
      if (!random.chance(habits.declineShare)) return pay()
      this.ask(this.payment(), () => {
        if (random.chance(people.anotherCardShare)) type(pay)
        else end('declined')
      })
    })
  }

  private payment(decide?: () => boolean): Call {
    const { random, throughPages } = this.around
    return {
      kind: 'pay',
      action: throughPages,
      pauseMs: 2 * random.around(people.providerMs),
      ...(decide && { decide }),
    }
  }

  /** Authorised, and captured. */
  private hearFromProvider(): void {
    const { clock, random, shop } = this.around
    for (let event = 0; event < 2; event++) {
      clock.after(random.next() * config.worker.tickMs, () => shop.deliver())
    }
  }

  /** Makes a call until the shop has time for it, or gives up on the visit. */
  ask(call: Call, then: () => void, repeats = 0) {
    const { clock, random, shop, end } = this.around
    call.isRepeated = repeats > 0
    call.done = (shed) => {
      if (!shed) return then()
      if (repeats >= people.mostRepeats) return end('gaveUp')
      const afterMs = random.between(1_000, 1_000 * config.overload.comeBackSeconds)
      clock.after(afterMs * (1 + repeats / 2), () => this.ask(call, then, repeats + 1))
    }
    shop.call(call)
  }
}
