import type { Clock } from './clock'

/** Work is counted in bins of this length. */
const binMs = 1_000
/** A part is as busy as it was in its worst time of this length: shorter peaks only make a line, which then goes. */
const peakBins = 5

/** How much work one part of the shop was asked for and has done, second by second. */
export class Load {
  private readonly doneMs: number[] = []
  private readonly askedMs: number[] = []

  constructor(
    private readonly clock: Clock,
    private readonly beginsAt: number,
    /** How much it can do in a ms: processes, or cores. */
    readonly capacity: number,
  ) {}

  asked(workMs: number): void {
    this.add(this.askedMs, workMs)
  }

  done(workMs: number): void {
    this.add(this.doneMs, workMs)
  }

  /** Share of what it can do, in each second. A long piece of work counts when it ends, hence no more than 1. */
  utilisation(): number[] {
    return Array.from(this.doneMs, (ms) => Math.min(1, (ms ?? 0) / (binMs * this.capacity)))
  }

  /** Busiest few seconds, as a share. */
  peak(): number {
    return Math.min(1, this.peakOf(this.doneMs) / this.capacity)
  }

  /** How many processes or cores the busiest few seconds would have kept busy, had there been enough. */
  peakAsked(): number {
    return this.peakOf(this.askedMs)
  }

  totalMs(): number {
    return this.doneMs.reduce((sum, ms) => sum + (ms ?? 0), 0)
  }

  private add(bins: number[], workMs: number): void {
    const bin = Math.floor((this.clock.now - this.beginsAt) / binMs)
    while (bins.length <= bin) bins.push(0)
    bins[bin] = (bins[bin] ?? 0) + workMs
  }

  private peakOf(bins: number[]): number {
    let most = 0
    let sum = 0
    for (let at = 0; at < bins.length; at++) {
      sum += (bins[at] ?? 0) - (bins[at - peakBins] ?? 0)
      most = Math.max(most, sum / (peakBins * binMs))
    }
    return most
  }
}
