import { Clock } from './clock'
import type { Costs } from './costs'
import { arrivalsOf } from './crowd'
import { people } from './people'
import { Random } from './random'
import { Room } from './room'
import type { Scenario } from './scenario'
import { SimulatedShop } from './shop'
import { type End, ends, Shopping } from './shopper'
import { Stock } from './stock'
import { Waits } from './waits'

const tickMs = 200
/** Beyond this many at once, those who try in vain are counted without asking what becomes of each. */
const mostTries = 200

/** A sale from the first shopper to the last, with everybody who is neither shopping nor in the room. */
export class SimulatedSale {
  readonly clock: Clock
  readonly beginsAt: number
  readonly shop: SimulatedShop
  readonly stock: Stock
  readonly room: Room | undefined
  readonly ended = Object.fromEntries(ends.map((end) => [end, 0])) as Record<End, number>
  readonly waits = { room: new Waits(), bought: new Waits() }
  /** Page views and polls that the CDN answered. */
  fromCdn = 0
  /** Shoppers whose visit is over. */
  over = 0
  /** Shoppers who look at the page: for the opening, or for what others let go of. */
  private early = 0
  private watching = 0
  /** Free units as pages show them, and as they will with their next poll. */
  private shown: number
  private shownNext: number
  private readonly random: Random
  private readonly arrivals: Float64Array
  private arrived = 0

  constructor(
    readonly scenario: Scenario,
    costs: Costs,
  ) {
    this.random = new Random(scenario.seed)
    this.arrivals = arrivalsOf(this.random, scenario.shoppers, scenario.arrivalSeconds * 1000)
    this.beginsAt = Math.min(0, Math.floor((this.arrivals[0] ?? 0) / 1000) * 1000)
    this.clock = new Clock(this.beginsAt)
    this.shop = new SimulatedShop(this.clock, costs, scenario)
    this.stock = new Stock(this.clock, scenario.stock)
    this.shown = this.shownNext = scenario.stock
    const { clock, shop, stock } = this
    const admit = (waitedMs: number) => this.admit(waitedMs)
    if (scenario.room) this.room = new Room({ clock, shop, stock, manualRate: scenario.rate, admit })
  }

  /** As long as somebody is there, or a cart or an order is open. */
  readonly isOpen = () => this.over < this.scenario.shoppers || this.stock.held + this.stock.ordered > 0

  /** Everything that happens by itself. */
  open(): void {
    const { clock, isOpen } = this
    this.arriveNext()
    this.room?.open(isOpen)
    this.shop.runWorker(isOpen)
    clock.at(0, () => {
      this.early = 0
    })
    clock.every(tickMs, () => {
      this.poll()
      if (clock.now >= 0) this.lookAgain()
      return isOpen()
    })
    clock.every(people.pollMs.quick, () => {
      this.shown = this.shownNext
      this.shownNext = this.stock.free
      return isOpen()
    })
  }

  get watchers(): number {
    return this.watching + this.early
  }

  /** One arrival after the other, so that not all of them have to be planned at once. */
  private arriveNext(): void {
    const at = this.arrivals[this.arrived++]
    if (at === undefined) return
    this.clock.at(at, () => {
      this.arrive()
      this.arriveNext()
    })
  }

  private arrive() {
    const { clock, random, room, scenario } = this
    if (random.chance(scenario.cdn)) this.fromCdn += 1
    else this.shop.call({ kind: 'page' })
    if (room) return this.joinRoom(room)
    const visit = this.visitSince(Math.max(0, clock.now))
    // The first server action of a page makes the identity that others ask for.
    const go = scenario.throughPages
      ? () => visit.reserve()
      : () => visit.ask({ kind: 'session' }, () => visit.reserve())
    if (clock.now >= 0) return clock.after(random.around(people.lookMs), go)
    this.early += 1
    clock.at(0, () => clock.after(random.around(people.reactMs), go))
  }

  private joinRoom(room: Room): void {
    const { clock, random, stock } = this
    const visit = this.visitSince(clock.now)
    const { least, most } = people.joinMs
    const join = () => (stock.soldOutAt === undefined ? room.join() : this.end('soldOut'))
    visit.ask({ kind: 'session' }, () =>
      visit.ask({ kind: 'challenge' }, () =>
        clock.after(random.between(least, most), () => visit.ask({ kind: 'join' }, join)),
      ),
    )
  }

  private admit(waitedMs: number) {
    const { clock, random } = this
    if (random.chance(1 - Math.exp(-waitedMs / people.roomPatienceMs))) return this.end('wentHome')
    this.waits.room.add(waitedMs)
    const visit = this.visitSince(clock.now - waitedMs)
    const reserve = () => visit.reserve()
    // The page hears of it with its next poll.
    clock.after(random.next() * people.pollMs.quick, () =>
      visit.ask({ kind: 'admit' }, () => clock.after(random.around(people.reactMs), reserve)),
    )
  }

  private visitSince(ms: number): Shopping {
    const { clock, random, shop, stock, scenario } = this
    return new Shopping({
      ...{ clock, random, shop, stock, habits: scenario, throughPages: scenario.throughPages },
      isAdmitted: scenario.room,
      watch: () => {
        if (random.chance(people.leaveAtOnceShare)) this.end('left')
        else this.watching += 1
      },
      end: (how) => {
        if (how === 'bought') this.waits.bought.add(clock.now - ms)
        this.end(how)
      },
    })
  }

  private end(how: End): void {
    this.ended[how] += 1
    this.over += 1
  }

  /** What the pages of all who wait ask for. */
  private poll(): void {
    const { scenario, stock, room } = this
    const waiting = this.watchers + (room?.waiting ?? 0)
    const { quick, slow } = people.pollMs
    const polls = (waiting * tickMs) / quick + (stock.held * tickMs) / slow
    const origin = scenario.cdn > 0 ? Math.min(polls, (people.edges * tickMs) / 1000) : polls
    this.fromCdn += polls - origin
    if (origin > 0) this.shop.bulk('live', origin)
  }

  /** Those who wait for what others let go of leave, or try when their page shows something. */
  private lookAgain(): void {
    const { random, stock } = this
    if (stock.isKnownSoldOut(people.pollMs.quick)) {
      for (; this.watching > 0; this.watching--) this.end('soldOut')
      this.room?.sendHome(() => this.end('soldOut'))
      return
    }
    const some = (meanMs: number) =>
      Math.min(this.watching, random.poisson((this.watching * tickMs) / meanMs))
    for (let leaving = some(people.patienceMs); leaving > 0; leaving--) {
      this.watching -= 1
      this.end('left')
    }
    if (this.shown === 0) return
    const tries = some(people.graspMs)
    for (let each = 0; each < Math.min(tries, mostTries); each++) {
      this.watching -= 1
      this.visitSince(this.clock.now).reserve()
    }
    if (tries > mostTries) this.shop.bulk('emptyNow', tries - mostTries)
  }
}
