import { config } from '../../lib/config'
import { nextSegment, rateFor } from '../../lib/rooms/pace'
import { type Segment, thresholdAt } from '../../lib/segments'
import type { Clock } from './clock'
import type { SimulatedShop } from './shop'
import type { Stock } from './stock'

/** The worker looks after rooms this often (worker/worker.ts). */
const paceMs = 1_000
const admitMs = 100

type Surroundings = {
  clock: Clock
  shop: SimulatedShop
  stock: Stock
  /** Admissions a second that the merchant has set; otherwise they follow the backlog. */
  manualRate: number | undefined
  /** A place is admitted, after so long a wait. */
  admit(waitedMs: number): void
}

/**
 * The waiting room: its rate and its threshold are the shop's own code. Places of a draw are as good as each other, so
 * nothing is kept of whoever has one; of those behind it, when they came.
 */
export class Room {
  private joiners = 0
  private drawnAt: number | undefined
  private readonly queue: number[] = []
  private readonly segments: Segment[] = []
  private next = 0

  constructor(private readonly around: Surroundings) {}

  /** Someone takes a place. */
  join(): void {
    if (this.drawnAt === undefined) this.joiners += 1
    else this.queue.push(this.around.clock.now)
  }

  get waiting(): number {
    return this.joiners + this.queue.length - this.next
  }

  /** Admissions a second now. */
  get rate(): number {
    return this.segments.findLast(({ atMs }) => atMs <= this.around.clock.now)?.rate ?? 0
  }

  /** Works from the opening on for as long as `isOpen`. */
  open(isOpen: () => boolean): void {
    const { clock } = this.around
    clock.at(0, () => {
      this.drawnAt = clock.now
      clock.every(paceMs, () => {
        this.pace()
        return isOpen()
      })
      clock.every(admitMs, () => {
        this.admitAll()
        return isOpen()
      })
    })
  }

  /** Everybody leaves; answers how long each of them has waited. */
  sendHome(leave: (waitedMs: number) => void): void {
    while (this.waiting > 0) leave(this.takeNext())
  }

  private pace(): void {
    const { clock, shop, stock, manualRate } = this.around
    const { free, came } = stock
    const load = {
      now: clock.now,
      isShut: false,
      free,
      came,
      unclaimed: shop.stream.length,
      lateMs: shop.lateMs,
    }
    const segment = nextSegment(load, this.segments, manualRate ?? rateFor(load, this.segments))
    if (!segment) return
    this.segments.push(segment)
    const needed = Math.ceil((config.room.noShowSeconds * 1000) / config.room.leadMs)
    if (this.segments.length > needed) this.segments.shift()
  }

  private admitAll(): void {
    const threshold = thresholdAt(this.segments, this.around.clock.now)
    while (this.waiting > 0 && this.next < threshold) this.around.admit(this.takeNext())
  }

  private takeNext(): number {
    const behind = this.next - this.joiners
    this.next += 1
    return this.around.clock.now - (behind < 0 ? (this.drawnAt ?? 0) : (this.queue[behind] ?? 0))
  }
}
