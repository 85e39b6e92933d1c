import type { Load } from './load'
import type { Machine, Worked } from './machine'

type Job = Worked & { workMs: number }

/** First come, first served: so many threads on a machine, and everybody who waits for one of them. */
export class Line {
  private waiting: Job[] = []
  private first = 0
  private readonly idle: Thread[]
  /** Work that was accepted and is not done yet. */
  private backlogMs = 0

  constructor(
    readonly machine: Machine,
    private readonly threads: number,
    private readonly load: Load,
  ) {
    this.idle = Array.from({ length: threads }, () => new Thread(this))
  }

  /** How long somebody who comes now waits, if every thread has a core to itself. */
  get waitMs(): number {
    return this.backlogMs / this.threads
  }

  get length(): number {
    return this.waiting.length - this.first
  }

  submit(workMs: number, done: () => void): void {
    this.add({ workMs, done })
  }

  /** `submit` for what goes from line to line: it says itself how much work it is in this one. */
  add(job: Job): void {
    this.backlogMs += job.workMs
    this.load.asked(job.workMs)
    const thread = this.idle.pop()
    if (thread) thread.start(job.workMs, job)
    else this.waiting.push(job)
  }

  /** A thread has done so much: the next job for it, or none. */
  ended(workMs: number, thread: Thread): void {
    this.backlogMs -= workMs
    this.load.done(workMs)
    const next = this.next()
    if (next) thread.start(next.workMs, next)
    else this.idle.push(thread)
  }

  private next(): Job | undefined {
    const job = this.waiting[this.first]
    if (!job) return undefined
    this.first += 1
    // Moving the others up for each one that leaves would take longer the longer the line is.
    if (this.first > 1_024 && this.first * 2 > this.waiting.length) {
      this.waiting = this.waiting.slice(this.first)
      this.first = 0
    }
    return job
  }
}

class Thread {
  private workMs = 0
  private worked: Worked | undefined

  constructor(private readonly line: Line) {}

  start(workMs: number, worked: Worked): void {
    this.workMs = workMs
    this.worked = worked
    this.line.machine.run(workMs, this)
  }

  done(): void {
    const { worked } = this
    this.line.ended(this.workMs, this)
    worked?.done()
  }
}
