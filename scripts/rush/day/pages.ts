import type { Copy, Edge } from './edge'

/** How often a page looks at its clock, and how often it reads the live state: as components/ has it. */
const lookMs = 200
const readMs = { least: 850, most: 1_150 }
/** Pages are not in step: a part of them looks in each of so many turns. */
const turns = 4

type Page = {
  look(copy: Copy, now: number): unknown
  settle(found: unknown): void
  copy: Copy
  readAt: number
}

/**
 * All pages that are open somewhere: each reads the live state about once a second, looks at its clock five times a
 * second, and asks the shop nothing until what it waits for is there.
 */
export class Pages {
  /** How often pages have read the live state, and for how long they were open, all together. */
  reads = 0
  openMs = 0
  /** The day is over. */
  areClosed = false
  private turn = 0
  private readonly shown: Set<Page>[] = Array.from({ length: turns }, () => new Set())
  private readonly timer = setInterval(() => this.look(), lookMs / turns)

  constructor(
    private readonly edge: Edge,
    private readonly random: () => number,
  ) {}

  /** What `look` finds in the state that one page knows, once that is something; `over` when the day ends before. */
  until<T extends {}>(look: (copy: Copy, now: number) => T | undefined): Promise<T | 'over'> {
    if (this.areClosed) return Promise.resolve('over')
    const begun = performance.now()
    const group = this.shown[Math.floor(this.random() * turns)] as Set<Page>
    return new Promise((resolve) => {
      const page: Page = {
        look,
        settle: (found) => {
          group.delete(page)
          this.openMs += performance.now() - begun
          resolve(found as T | 'over')
        },
        copy: this.edge.copy,
        readAt: begun + this.random() * readMs.most,
      }
      this.reads += 1
      group.add(page)
    })
  }

  /** Everybody goes home. */
  close(): void {
    this.areClosed = true
    clearInterval(this.timer)
    for (const group of this.shown) for (const page of group) page.settle('over')
  }

  private look(): void {
    const begun = performance.now()
    const now = this.edge.now()
    this.turn = (this.turn + 1) % turns
    for (const page of this.shown[this.turn] as Set<Page>) {
      if (begun >= page.readAt) {
        page.copy = this.edge.copy
        page.readAt = begun + readMs.least + this.random() * (readMs.most - readMs.least)
        this.reads += 1
      }
      const found = page.look(page.copy, now)
      if (found !== undefined) page.settle(found)
    }
  }
}
