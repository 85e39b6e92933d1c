/**
 * A small shop in plain data: what the two stores of one sale should hold, and nothing of how they do it. Buyers and
 * items are numbers from 0, an order is called after its buyer and key (`2/0`), a hold `h<n>`.
 */
export type Shape = {
  buyers: number
  allocations: number[]
  limit: number
  extensions: number
  /** What is given back can't be had again before a step says that its time has come. */
  isSlow?: boolean
  /** The first two buyers share a mailbox, which one of them writes in another way. */
  isFamily?: boolean
}

export type Line = { item: number; numbers: number[] }

/** A unit that was given back. `at`: from which ms on it can be had; unknown until Redis has set it. */
export type Returned = { number: number; at: number | undefined; turn: number }

export type Hold = {
  id: string
  /** Its real id, once it is known: how late its units come back follows from it. */
  real?: string | undefined
  state: 'open' | 'ordered' | 'released'
  /** ms on the sale's clock; unknown until Redis has set it. 0 and 1 are long past. */
  deadline: number | undefined
  extended: number
  extension: string
  version: number
  lines: Line[]
  order?: string
  body?: number
  /** By item: what its buyer gave back last. */
  gave: Map<number, Returned[]>
  lapsed?: true
}

export type Entry = {
  order: string
  buyer: number
  hold: string
  epoch: number
  body: number
  lines: Line[]
  /** Some consumer has read it and not acknowledged it yet. */
  taken: boolean
}

export type Admission = {
  epoch: number
  paused: boolean
  closed: boolean
  /** Length of all ended pauses in ms, as Redis has it. */
  pausedMs: number
  items: { next: number; sold: number; returned: Returned[] }[]
  holds: Map<number, Hold>
  /** How many holds of a buyer lapsed, and whether that makes them wait now. */
  lapses: Map<number, { count: number; isCooling: boolean }>
  /** Paid units by buyer and item. */
  bought: number[][]
  stream: Entry[]
}

export type OrderState = 'awaiting_payment' | 'capturing' | 'paid' | 'expired' | 'cancelled' | 'rejected'

export type Order = {
  id: string
  buyer: number
  body: number
  hold: string
  state: OrderState
  lines: Line[]
  overdue: boolean
}

export type Intent = {
  state: 'requires_action' | 'processing' | 'authorised' | 'captured' | 'declined' | 'voided'
  /** A late card whose bank has said yes by now. */
  ripe: boolean
  captures: number
  voids: number
  /** Webhooks on their way. */
  events: number
}

export type Payment = {
  name: string
  order: string
  movedFrom: string | null
  card: Card
  state:
    | 'creating'
    | 'requires_action'
    | 'processing'
    | 'authorised'
    | 'capturing'
    | 'captured'
    | 'declined'
    | 'voided'
  intent: Intent | null
}

export type Card = 'pays' | 'declined' | 'asks' | 'late'

/** The provider's next call of this kind gets no answer: it never arrived, or it did and the answer is lost. */
export type Silence = { call: 'authorise' | 'confirm' | 'capture' | 'void'; arrives: boolean }

export type Model = {
  shape: Shape
  /** Item numbers in the order of their real ids, in which the ledger lists lines. */
  itemOrder: number[]
  /** Null: Redis lost the sale. */
  redis: Admission | null
  /** What an older replica still has. */
  snapshot: Admission | null
  ledger: {
    epoch: number
    paused: boolean
    closed: boolean
    /** By item and number − 1: the order that owns the unit. */
    units: (string | null)[][]
    /** In the order of their numbers. */
    orders: Map<string, Order>
    /** Units in living orders by buyer and item. */
    counts: number[][]
    /** The same by mailbox, which is called after its first buyer. */
    contacts: number[][]
  }
  payments: Payment[]
  /** What the reconciler remembers of its last reading. */
  memory: { leaked: string[]; sold: string[] }
  /** The epoch of the sale record that the server has in hand. */
  known: number
  silence: Silence | null
  holdsMade: number
}

const table = (rows: number, columns: number) => Array.from({ length: rows }, () => Array(columns).fill(0))

/** A sale that was just published. */
export function newModel(shape: Shape, itemOrder: number[]): Model {
  const { buyers, allocations } = shape
  return {
    shape,
    itemOrder,
    redis: {
      ...{ epoch: 1, paused: false, closed: false, holds: new Map(), stream: [] },
      ...{ pausedMs: 0, lapses: new Map() },
      items: allocations.map(() => ({ next: 1, sold: 0, returned: [] })),
      bought: table(buyers, allocations.length),
    },
    snapshot: null,
    ledger: {
      ...{ epoch: 1, paused: false, closed: false, orders: new Map() },
      units: allocations.map((allocation) => Array(allocation).fill(null)),
      counts: table(buyers, allocations.length),
      contacts: table(buyers, allocations.length),
    },
    ...{ payments: [], memory: { leaked: [], sold: [] } },
    ...{ known: 1, silence: null, holdsMade: 0 },
  }
}

/** The first buyer who has this buyer's mailbox. */
export const contactOf = ({ isFamily }: Shape, buyer: number) => (isFamily && buyer === 1 ? 0 : buyer)

/** The entry of a table that has one for every index in use. */
export function at<T>(list: readonly T[], index: number): T {
  const found = list[index]
  if (found === undefined) throw new Error(`The model has no entry ${index}.`)
  return found
}

export const copyLines = (lines: Line[]): Line[] =>
  lines.map(({ item, numbers }) => ({ item, numbers: [...numbers] }))

/** A fault that the model plays: the provider does not answer. */
export class Silent extends Error {}
