/** Buckets this much apart: percentiles are within 2 %. */
const growth = 1.02
const leastMs = 0.01

/** Times by percentile, in the memory of a few hundred numbers however many there are. */
export class Waits {
  private readonly counts: number[] = []
  count = 0
  private sum = 0

  add(ms: number): void {
    const bucket = ms <= leastMs ? 0 : Math.ceil(Math.log(ms / leastMs) / Math.log(growth))
    while (this.counts.length <= bucket) this.counts.push(0)
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1
    this.count += 1
    this.sum += ms
  }

  get mean(): number {
    return this.count === 0 ? 0 : this.sum / this.count
  }

  /** The time that this share of them did not exceed; 0 when there are none. */
  at(share: number): number {
    let left = Math.max(1, Math.ceil(share * this.count))
    for (const [bucket, count] of this.counts.entries()) {
      left -= count
      if (left <= 0) return leastMs * growth ** bucket
    }
    return 0
  }
}
