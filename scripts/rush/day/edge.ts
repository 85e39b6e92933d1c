import { setTimeout as sleep } from 'node:timers/promises'
import { createSaleClock } from '../../../components/sale-clock'
import { readLive, type Shop } from '../shop'

export type Copy = Awaited<ReturnType<typeof readLive>>

/** As long as a CDN may keep what the shop says (`s-maxage=1`). */
const keepMs = 1_000

/**
 * The live state as a CDN in front of the shop has it: one copy for everybody, asked for anew once a second. The crowd's
 * polls are answered from it, as those of pages are on the day; with it comes the shop's clock as pages know it.
 */
export class Edge {
  private readonly clock = createSaleClock()
  private open = true
  private refreshing: Promise<void> | undefined

  private constructor(
    private readonly shop: Shop,
    public copy: Copy,
  ) {}

  static async open(shop: Shop): Promise<Edge> {
    const edge = new Edge(shop, await readLive(shop))
    await edge.read()
    edge.refreshing = edge.refresh()
    // Whoever closes it hears of what went wrong.
    edge.refreshing.catch(() => {})
    return edge
  }

  /** The shop's time in ms. */
  now(): number {
    return this.clock.now() ?? Date.parse(this.copy.now)
  }

  async close(): Promise<void> {
    this.open = false
    await this.refreshing
  }

  private async read(): Promise<void> {
    const sentAt = performance.now()
    const copy = await readLive(this.shop)
    this.clock.observe({ now: copy.now, sentAt, receivedAt: performance.now() })
    if (copy.now >= this.copy.now) this.copy = copy
  }

  private async refresh(): Promise<void> {
    while (this.open) {
      const begun = performance.now()
      await this.read()
      await sleep(Math.max(0, keepMs - (performance.now() - begun)))
    }
  }
}
