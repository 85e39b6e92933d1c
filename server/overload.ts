import { config } from '../lib/config'

const { page } = config.overload.cost
const { bounds, burstSeconds, pressed, unitsInFlight, leastPerSecond, delayTargetMs, backOff, recovery } =
  config.overload

/** Whom a process that has too much to do serves first. */
export type Rank = keyof typeof bounds

export type Overload = ReturnType<typeof createOverload>

/** Room for a few of the dearest requests, however small the capacity is. */
const burstOf = (perSecond: number) => Math.max(perSecond * burstSeconds, 4 * config.overload.cost.ownPage)

/**
 * Decides what a process takes on when more comes than it can do: at most `mostPerSecond` units of work a second, and
 * fewer while the event loop is late, which also bounds a process without a configured capacity. The later ranks are
 * turned away while there is still room for the earlier ones, so a crowd of newcomers does not stand in the way of
 * those who have something in their hands.
 */
export function createOverload(mostPerSecond: number) {
  let perSecond = mostPerSecond
  let level = burstOf(perSecond)
  let filledAt = performance.now()
  let inFlight = 0
  let pagesInFlight = 0
  let spent = 0
  let windowAt = filledAt
  let lateWindows = 0

  const isBounded = () => perSecond !== Number.POSITIVE_INFINITY

  function fill(): void {
    const now = performance.now()
    if (isBounded()) level = Math.min(burstOf(perSecond), level + ((now - filledAt) / 1000) * perSecond)
    filledAt = now
  }

  /** Under pressure pages are made one after the other: whoever reserves waits for each that is begun before. */
  const isOneTooMany = (cost: number, rank: Rank) =>
    cost >= page &&
    pagesInFlight > 0 &&
    rank !== 'shopper' &&
    isBounded() &&
    level < pressed * burstOf(perSecond)

  const hasRoom = (rank: Rank) =>
    inFlight < unitsInFlight * (1 - Math.max(0, bounds[rank])) &&
    (!isBounded() || level > burstOf(perSecond) * bounds[rank])

  return {
    /**
     * Whether a request that costs so many units is taken on. Its rank is asked for only when that decides. A dear one
     * may overdraw what there is: those after it wait for that.
     */
    takes(cost: number, rankOf: () => Rank): boolean {
      fill()
      const rank = hasRoom('last') && !isOneTooMany(cost, 'last') ? 'last' : rankOf()
      if (!hasRoom(rank) || isOneTooMany(cost, rank)) return false
      if (isBounded()) level -= cost
      spent += cost
      return true
    },
    begin(cost: number): void {
      inFlight += cost
      if (cost >= page) pagesInFlight += 1
    },
    end(cost: number): void {
      inFlight -= cost
      if (cost >= page) pagesInFlight -= 1
    },
    /** Tells how late the event loop was since this was called last. Once is an accident, twice is too much work. */
    wasLate(delayMs: number): void {
      fill()
      const now = performance.now()
      const used = (spent / Math.max(1, now - windowAt)) * 1000
      windowAt = now
      spent = 0
      lateWindows = delayMs > delayTargetMs ? lateWindows + 1 : 0
      if (lateWindows > 1) {
        perSecond = Math.min(mostPerSecond, Math.max(leastPerSecond, Math.min(perSecond, used) * backOff))
      } else if (lateWindows === 0 && perSecond < mostPerSecond) {
        const isMoreThanWanted = perSecond > 2 * used
        perSecond = isMoreThanWanted ? mostPerSecond : Math.min(mostPerSecond, perSecond * recovery)
      }
      level = Math.min(level, burstOf(perSecond))
    },
    perSecond: () => perSecond,
    inFlight: () => inFlight,
  }
}
