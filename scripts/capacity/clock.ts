import { Heap } from './heap'

/** The time of a simulation in ms, 0 at the opening, and everything that is going to happen. */
export class Clock {
  now: number
  private readonly agenda = new Heap<() => void>()

  constructor(beginsAt = 0) {
    this.now = beginsAt
  }

  /** What is due in the past happens now. */
  at(ms: number, happen: () => void): void {
    this.agenda.push(Math.max(ms, this.now), happen)
  }

  after(ms: number, happen: () => void): void {
    this.at(this.now + ms, happen)
  }

  /** Again and again until it answers false. */
  every(ms: number, happen: () => boolean): void {
    this.after(ms, () => {
      if (happen()) this.every(ms, happen)
    })
  }

  /** Lets the next thing happen; false when nothing is left. */
  step(): boolean {
    const at = this.agenda.least
    if (at === Number.POSITIVE_INFINITY) return false
    this.now = at
    this.agenda.pop()?.()
    return true
  }
}
