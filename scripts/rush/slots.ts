import { setTimeout as sleep } from 'node:timers/promises'

/** How many may be in the shop at once: first come, first served. */
export class Slots {
  private readonly queue: (() => void)[] = []
  constructor(private free: number) {}

  async take(): Promise<void> {
    if (this.free > 0) this.free -= 1
    else await new Promise<void>((resolve) => this.queue.push(resolve))
  }

  leave(): void {
    const next = this.queue.shift()
    if (next) next()
    else this.free += 1
  }

  /** Waits outside, so that somebody else can be in the shop meanwhile. */
  async outside<T>(wait: Promise<T>): Promise<T> {
    this.leave()
    try {
      return await wait
    } finally {
      await this.take()
    }
  }

  async rest(ms: number): Promise<void> {
    await this.outside(sleep(ms))
  }
}

/** A growing delay, spread out so that those who failed together don't come back together. */
export const backoffMs = (attempt: number, { first, most }: { first: number; most: number }): number =>
  Math.min(first * 2 ** Math.min(attempt, 16), most) * (0.5 + Math.random())
