/** A unit by item and number, as text: the same one for everybody. */
export type Unit = string

/** An order as its buyer was told about it. */
export type Seen = {
  buyerId: string
  orderId: string
  units: Unit[]
  totalMinor: number
  /** `confirmed`: the shop said that the ledger owns it. `ended`: and later that it is cancelled, expired or rejected. */
  state: 'confirmed' | 'paid' | 'ended'
}

/** What the clients know, to be held against the ledger: what they were told must be so. */
export class History {
  private readonly orders = new Map<string, Seen>()

  /** When somebody last learned that an order is paid, on the clock of `performance.now()`. */
  lastPaidAt = 0

  told(seen: Seen): void {
    this.orders.set(seen.orderId, seen)
    if (seen.state === 'paid') this.lastPaidAt = performance.now()
  }

  all(): Seen[] {
    return [...this.orders.values()]
  }

  paidUnits(): number {
    return this.all().reduce((sum, seen) => sum + (seen.state === 'paid' ? seen.units.length : 0), 0)
  }
}
