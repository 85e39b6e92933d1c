/** Numbers that look random and are the same for the same seed (mulberry32). */
export class Random {
  private state: number

  constructor(seed: number) {
    this.state = seed >>> 0
  }

  /** Evenly in [0, 1). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0
    let mixed = this.state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  between(least: number, most: number): number {
    return least + (most - least) * this.next()
  }

  /** A whole number from 1 to `most`. */
  upTo(most: number): number {
    return 1 + Math.floor(most * this.next())
  }

  chance(share: number): boolean {
    return this.next() < share
  }

  exponential(mean: number): number {
    return -mean * Math.log(1 - this.next())
  }

  /** Lognormal: half are below the median; `spread` is the standard deviation of the logarithm. */
  around({ median, spread }: { median: number; spread: number }): number {
    return median * Math.exp(spread * this.normal())
  }

  /** How many of something happen that happens so often on average. */
  poisson(mean: number): number {
    if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * this.normal()))
    let left = Math.exp(-mean)
    let draw = this.next()
    let count = 0
    for (; draw > left && left > 0; count++) {
      draw -= left
      left *= mean / (count + 1)
    }
    return count
  }

  private normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next())
  }
}
