export const kinds = [
  'session',
  'join',
  'admit',
  'reserve',
  'order',
  'read',
  'pay',
  'confirm',
  'cancel',
  'live',
] as const
export type Kind = (typeof kinds)[number]

export type Latency = { count: number; p50: number; p95: number; p99: number; most: number }

/** What the crowd measures: how long answers took, and what had to be repeated and why. */
export class Meter {
  readonly retries: Record<string, number> = {}
  /** Answers the contract does not allow, by status and reason. */
  readonly faults: Record<string, number> = {}
  private readonly took = new Map<Kind, number[]>()

  answered(kind: Kind, ms: number): void {
    const times = this.took.get(kind)
    if (times) times.push(ms)
    else this.took.set(kind, [ms])
  }

  repeated(why: string): void {
    this.retries[why] = (this.retries[why] ?? 0) + 1
  }

  fault(what: string): void {
    this.faults[what] = (this.faults[what] ?? 0) + 1
  }

  faultCount(): number {
    return sum(this.faults)
  }

  retryCount(): number {
    return sum(this.retries)
  }

  /** Latencies in ms for each kind of call that was made; refusals count, calls without an answer don't. */
  latencies(): Partial<Record<Kind, Latency>> {
    return Object.fromEntries(
      kinds.flatMap((kind) => {
        const times = this.took.get(kind)?.toSorted((a, b) => a - b)
        return times ? [[kind, latencyOf(times)]] : []
      }),
    )
  }
}

const sum = (counts: Record<string, number>) => Object.values(counts).reduce((a, b) => a + b, 0)

/** Percentiles by nearest rank, of times in ascending order. */
export function latencyOf(sorted: number[]): Latency {
  const rank = (share: number) => round(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0)
  return {
    count: sorted.length,
    ...{ p50: rank(0.5), p95: rank(0.95), p99: rank(0.99), most: rank(1) },
  }
}

const round = (ms: number) => Math.round(ms * 10) / 10
