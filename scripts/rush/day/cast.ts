import { Random } from '../../capacity/random'
import type { Buyer } from '../buyer'

/** Who comes on the day of a sale. */
export type Cast = {
  /** People who are there before the opening. */
  joiners: number
  /** People who come after it. */
  late: number
  /** The share of all people who leave before they have bought. */
  abandon: number
  /** Robots with one identity; as many identities again belong to robots with `identities` of them. */
  robots: number
  identities: number
  /** Chance on this side of the shop: who leaves where, and how long everybody thinks. */
  seed: number
}

/** `robot` has this one identity, `many` is one of those that a robot has. */
export type Kind = 'person' | 'robot' | 'many'

/** Where a person leaves who does not stay to the end. */
export const leavings = ['waiting', 'admitted', 'cart', 'order'] as const
export type Leaving = (typeof leavings)[number]

/** One identity on the day, and what became of it. Times are milliseconds on the clock of the shop. */
export type Shopper = Buyer & {
  kind: Kind
  /** Who is behind it: the same number for all identities of one robot. */
  owner: number
  isLate: boolean
  /** When they come, as a share of the time there is for coming. */
  comesAt: number
  leaves: Leaving | null
  ticket?: string
  /** The proof with which it joined. */
  captcha?: string
  /** The number in the queue of those who came after the draw. */
  queueNumber?: number
  /** How many are in front, once the draw is known. */
  place?: number
  admittedAtMs?: number
  /** When the page saw that it was its turn, and how long it took from there to the admission. */
  seenAtMs?: number
  askedMs?: number
  /** When the shop was last asked and said "not yet". */
  notYetAtMs?: number
  paidAtMs?: number
}

/** Everybody, in the order in which they come; the same for the same cast. */
export function gatherDay(cast: Cast): Shopper[] {
  const random = new Random(cast.seed)
  const people = Array.from({ length: cast.joiners + cast.late }, (_, at) =>
    shopper({ kind: 'person', owner: at, isLate: at >= cast.joiners, random, abandon: cast.abandon }),
  )
  const robots = Array.from({ length: cast.robots }, (_, owner) => shopper({ kind: 'robot', owner, random }))
  const owners = Math.ceil(cast.robots / cast.identities)
  const many = Array.from({ length: owners * cast.identities }, (_, at) =>
    shopper({ kind: 'many', owner: at % owners, random }),
  )
  return [...people, ...robots, ...many]
    .toSorted((a, b) => a.comesAt - b.comesAt)
    .map((each, number) => ({ ...each, number }))
}

function shopper(of: {
  kind: Kind
  owner: number
  random: Random
  isLate?: boolean
  abandon?: number
}): Shopper {
  const { kind, owner, random, isLate = false, abandon = 0 } = of
  const leaves =
    random.next() < abandon ? (leavings[Math.floor(random.next() * leavings.length)] ?? null) : null
  return {
    ...{ number: 0, manner: 'plain' as const, wanted: 1, bought: 0, buyerId: '', token: '' },
    ...{ kind, owner, isLate, leaves, comesAt: random.next() },
  }
}
