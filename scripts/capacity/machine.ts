import type { Clock } from './clock'
import { Heap } from './heap'

/** Whatever is told that its work is done: an object instead of a function, because there are millions. */
export type Worked = { done(): void }

/** Sums of many small numbers are off by less than this many ms. */
const roundingMs = 1e-6

/**
 * The cores of one machine. Each piece of work is one thread; while there are more threads than cores, all of them go
 * on equally slowly, as a fair scheduler makes them.
 */
export class Machine {
  /** The work that each running thread has been given so far. */
  private givenMs = 0
  private givenAt: number
  private plannedAt = Number.POSITIVE_INFINITY
  private readonly running = new Heap<Worked>()

  constructor(
    private readonly clock: Clock,
    private readonly cores: number,
  ) {
    this.givenAt = clock.now
  }

  /** Does so many ms of work, and tells when it is done. */
  run(workMs: number, worked: Worked): void {
    this.catchUp()
    this.running.push(this.givenMs + workMs, worked)
    this.plan()
  }

  private get speed(): number {
    return Math.min(1, this.cores / this.running.size)
  }

  private catchUp(): void {
    if (this.running.size > 0) this.givenMs += (this.clock.now - this.givenAt) * this.speed
    this.givenAt = this.clock.now
  }

  /** The first to end may end later than planned, when others have joined it: then it is only planned anew. */
  private plan(): void {
    if (this.running.size === 0) return
    const at = this.clock.now + Math.max(0, this.running.least - this.givenMs) / this.speed
    if (at >= this.plannedAt) return
    this.plannedAt = at
    this.clock.at(at, this.finish)
  }

  private readonly finish = (): void => {
    // Something that ended earlier was planned in between.
    if (this.clock.now !== this.plannedAt) return
    this.plannedAt = Number.POSITIVE_INFINITY
    this.catchUp()
    while (this.running.least <= this.givenMs + roundingMs) this.running.pop()?.done()
    this.plan()
  }
}
