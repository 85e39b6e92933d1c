import { config } from '../../lib/config'
import type { Rank } from '../../server/overload'
import type { CallKind } from './costs'
import type { Line } from './line'
import type { Process, SimulatedShop } from './shop'

export type Call = {
  kind: CallKind
  /** Instead of the one that calls of its kind have. */
  rank?: Rank
  /** The shop had no time for it the first time. */
  isRepeated?: boolean
  /** Through a server action of a page. */
  action?: boolean
  /** Waits besides: for the provider. */
  pauseMs?: number
  /** What the call decides, at the moment when its store does. An order that is refused is not claimed. */
  decide?(): boolean
  /** `shed`: the shop had too much to do and said "try again". */
  done?(shed: boolean): void
}

/** Whom a busy process serves first (server/rank.ts). What everybody asks for is answered from memory and never refused. */
export const ranks: Record<CallKind, Rank> = {
  ...{ page: 'newcomer', session: 'newcomer', challenge: 'newcomer', join: 'newcomer', admit: 'newcomer' },
  ...{ reserve: 'newcomer', emptyNow: 'newcomer', soldThrough: 'newcomer', action: 'newcomer' },
  ...{ live: 'shopper', checkoutPage: 'shopper', order: 'shopper', orderPage: 'shopper', read: 'shopper' },
  ...{ pay: 'shopper', webhook: 'newcomer' },
}

/** Which stores a call asks, one after the other: each answer waits its turn in the server's process again. */
export const visits: Record<CallKind, ('redis' | 'ledger')[]> = {
  ...{ page: [], live: [], soldThrough: [], admit: [], action: [] },
  ...{ session: ['redis'], challenge: ['redis'], join: ['redis'] },
  ...{ reserve: ['redis', 'redis'], emptyNow: ['redis', 'redis'] },
  ...{ checkoutPage: ['redis'], orderPage: ['ledger', 'ledger'], read: ['redis', 'ledger', 'ledger'] },
  // The claim comes after the last of these.
  order: ['redis', 'ledger', 'redis'],
  // The order, the payment, the provider's yes, the order's and the payment's next state, and once more for the capture.
  pay: ['redis', 'ledger', 'ledger', 'ledger', 'ledger', 'ledger', 'ledger', 'redis'],
  webhook: ['ledger', 'ledger'],
}

/** A call on its way: a slice of a server's work before and after each store that it asks. What it decides, the last one does. */
export class Flight {
  /** The work in the line that it stands in. */
  workMs = 0
  private visit = 0
  private isServed = false
  private readonly begunAt: number
  private readonly sliceMs: number
  private readonly stores: ('redis' | 'ledger')[]

  constructor(
    private readonly shop: SimulatedShop,
    private readonly process: Process,
    private readonly what: Call,
  ) {
    this.begunAt = shop.clock.now
    this.stores = visits[what.kind]
    this.sliceMs = shop.serverMsOf(what) / (this.stores.length + 1)
  }

  begin(): void {
    this.enter(this.process.line, this.sliceMs)
  }

  done() {
    const { shop, what, stores } = this
    this.isServed = !this.isServed
    if (this.isServed) {
      const store = stores[this.visit]
      if (!store) this.answer()
      else this.enter(shop[store], this.workIn(store))
      return
    }
    this.visit += 1
    if (this.visit < stores.length) return this.begin()
    const isAllowed = what.decide?.() ?? true
    if (what.kind === 'order' && isAllowed) return this.claim()
    const pauseMs = shop.costs.calls[what.kind].pauseMs + (what.pauseMs ?? 0)
    if (pauseMs === 0) this.begin()
    else shop.clock.after(pauseMs, () => this.begin())
  }

  private answer(): void {
    const { shop, what } = this
    shop.answersOf(what.kind).waits.add(shop.clock.now - this.begunAt)
    what.done?.(false)
  }

  /** Its work in a store, spread over its visits there. An order's share of a claim is the claim's. */
  private workIn(store: 'redis' | 'ledger'): number {
    const { redisMs, ledgerMs } = this.shop.costs.calls[this.what.kind]
    if (store === 'ledger' && this.what.kind === 'order') return 0
    const times = this.stores.reduce((count, each) => count + (each === store ? 1 : 0), 0)
    return (store === 'redis' ? redisMs : ledgerMs) / times
  }

  private enter(line: Line, workMs: number): void {
    this.workMs = workMs
    line.add(this)
  }

  private claim(): void {
    const { shop } = this
    const queuedAt = shop.clock.now
    shop.stream.push(() => {
      if (shop.clock.now - queuedAt > config.claim.waitMs) shop.answeredEarly += 1
      this.begin()
    })
    this.process.claims.join()
  }
}
