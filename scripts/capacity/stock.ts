import type { Clock } from './clock'

/** How many units are free, in carts, on unpaid orders and paid for. Throws when a step would break I1 or I7. */
export class Stock {
  free: number
  held = 0
  ordered = 0
  sold = 0
  /** Carts and orders that are open, and buyers who have bought something. */
  came = 0
  /** When nothing was free for the first time, and when everything was paid for. */
  emptyAt: number | undefined
  soldOutAt: number | undefined

  constructor(
    private readonly clock: Clock,
    readonly units: number,
  ) {
    this.free = units
  }

  /** Whether that many were free, and are in a cart now. */
  reserve(units: number): boolean {
    if (this.free < units) return false
    this.free -= units
    this.held += units
    this.came += 1
    if (this.free === 0) this.emptyAt ??= this.clock.now
    return true
  }

  lapse(units: number): void {
    this.held -= units
    this.comeBack(units)
  }

  order(units: number): void {
    this.held -= units
    this.ordered += units
    this.check()
  }

  expire(units: number): void {
    this.ordered -= units
    this.comeBack(units)
  }

  sell(units: number): void {
    this.ordered -= units
    this.sold += units
    this.check()
    if (this.sold === this.units) this.soldOutAt = this.clock.now
  }

  /** Whether every process has heard by now that everything is paid for. */
  isKnownSoldOut(withinMs: number): boolean {
    return this.soldOutAt !== undefined && this.clock.now - this.soldOutAt >= withinMs
  }

  private comeBack(units: number): void {
    this.free += units
    this.came -= 1
    this.check()
  }

  private check(): void {
    const { free, held, ordered, sold, units } = this
    if (Math.min(free, held, ordered) < 0 || free + held + ordered + sold !== units) {
      throw new Error(
        `The simulation lost count: ${free} free, ${held} held, ${ordered} ordered, ${sold} sold of ${units}.`,
      )
    }
  }
}
