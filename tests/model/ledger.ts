import { type Answer, refused } from './admission'
import { freeze, settle } from './frozen'
import {
  at,
  contactOf,
  copyLines,
  type Entry,
  type Line,
  type Model,
  type Order,
  type OrderState,
} from './state'

export type OrderView = { state: OrderState; lines: { item: number; quantity: number; units: number[] }[] }

const owns = (state: OrderState) => ['awaiting_payment', 'capturing', 'paid'].includes(state)

export const orderOf = (m: Model, id: string): Order => {
  const order = m.ledger.orders.get(id)
  if (!order) throw new Error(`The model has no order ${id}.`)
  return order
}

/** A buyer's orders in the ledger, latest first. */
export const ordersOf = (m: Model, buyer: number): Order[] =>
  [...m.ledger.orders.values()].filter((order) => order.buyer === buyer).reverse()

const everyUnit = (lines: Line[]) =>
  lines.flatMap(({ item, numbers }) => numbers.map((number) => ({ item, number })))

/** Of these units, the ones that some order owns. */
function ownedOf(m: Model, lines: Line[]): Set<string> {
  const owned = everyUnit(lines).filter(
    ({ item, number }) => at(at(m.ledger.units, item), number - 1) !== null,
  )
  return new Set(owned.map(({ item, number }) => `${item}:${number}`))
}

function setOwner(m: Model, order: Order, owner: string | null) {
  const counts = at(m.ledger.counts, order.buyer)
  const ofContact = at(m.ledger.contacts, contactOf(m.shape, order.buyer))
  for (const { item, number } of everyUnit(order.lines)) {
    at(m.ledger.units, item)[number - 1] = owner
    counts[item] = at(counts, item) + (owner ? 1 : -1)
    ofContact[item] = at(ofContact, item) + (owner ? 1 : -1)
  }
}

/** What the ledger decides about an entry of the stream; an entry it knows keeps its decision. */
function decide(m: Model, entry: Entry): OrderState {
  const { orders, counts, contacts } = m.ledger
  const known = orders.get(entry.order)
  if (known) return known.hold === entry.hold ? known.state : 'rejected'
  const isSold = [...orders.values()].some(({ hold, state }) => hold === entry.hold && state !== 'rejected')
  const over = entry.lines.some(
    ({ item, numbers }) =>
      at(at(counts, entry.buyer), item) + numbers.length > m.shape.limit ||
      at(at(contacts, contactOf(m.shape, entry.buyer)), item) + numbers.length > m.shape.limit,
  )
  const isRefused = isSold || entry.epoch !== m.ledger.epoch || over || ownedOf(m, entry.lines).size > 0
  const { order: id, buyer, body, hold } = entry
  const order: Order = {
    ...{ id, buyer, body, hold, overdue: false },
    state: isRefused ? 'rejected' : 'awaiting_payment',
    lines: isRefused ? [] : copyLines(entry.lines),
  }
  orders.set(id, order)
  setOwner(m, order, id)
  return order.state
}

const endOf = (state: OrderState) =>
  state === 'paid' ? state : state === 'rejected' ? 'rejected' : ('unpaid' as const)

/** Entries that a claim would take: nobody read them yet, or their consumer died. */
const waiting = (m: Model, source: 'new' | 'left') =>
  (m.redis?.stream ?? []).filter((entry) => entry.taken === (source === 'left'))

/** A consumer that dies after it took the entries, or after the ledger decided about them. */
export function claimHalf(m: Model, diesAfter: 'take' | 'claim'): number {
  const entries = waiting(m, 'new')
  for (const entry of entries) {
    entry.taken = true
    if (diesAfter === 'claim') decide(m, entry)
  }
  return entries.length
}

export function claimNext(m: Model, source: 'new' | 'left'): number {
  const entries = waiting(m, source)
  const ends = entries.map((entry) => ({ entry, state: decide(m, entry) }))
  const outcomes = ends.map(({ entry, state }) => ({ entry, state, owned: ownedOf(m, entry.lines) }))
  for (const { entry, state, owned } of outcomes) {
    if (state === 'awaiting_payment' || state === 'capturing') continue
    const { buyer, order } = entry
    settle(m.redis, { buyer, order, end: endOf(state), owned })
  }
  if (m.redis) m.redis.stream = m.redis.stream.filter((entry) => !entries.includes(entry))
  return entries.length
}

export type Placing = { buyer: number; order: string; body: number }

/** Undefined: the buyer would wait, because a consumer that died has the entry, or the ledger wrote no order. */
export function order(m: Model, placing: Placing): Answer<OrderView> | undefined {
  const known = m.ledger.orders.get(placing.order)
  if (known) return known.body === placing.body ? { ok: viewOrder(known) } : refused('key_reused')
  const frozen = freeze(m, placing)
  if (frozen !== 'queued') return refused(frozen)
  claimNext(m, 'new')
  const made = m.ledger.orders.get(placing.order)
  return made && { ok: viewOrder(made) }
}

function viewOrder({ state, lines }: Order): OrderView {
  const listed = lines.toSorted((a, b) => a.item - b.item)
  return {
    state,
    lines: listed.map(({ item, numbers }) => ({
      item,
      quantity: numbers.length,
      units: owns(state) ? numbers.toSorted((a, b) => a - b) : [],
    })),
  }
}

/** The ledger's half of an end without payment. */
export function endUnpaid(m: Model, order: Order, to: 'expired' | 'cancelled'): boolean {
  if (order.state !== 'awaiting_payment') return false
  order.state = to
  setOwner(m, order, null)
  return true
}

/** The other half: the hold's units are free, except what the ledger gave away meanwhile. */
export function freeHold(m: Model, { id, buyer, state }: Order, lines: Line[]) {
  settle(m.redis, { buyer, order: id, end: endOf(state), owned: ownedOf(m, lines) })
}

export function cancel(m: Model, order: Order): boolean {
  const ended = endUnpaid(m, order, 'cancelled')
  if (ended) freeHold(m, order, order.lines)
  return ended
}

export function expireOrders(m: Model): number {
  const ended = [...m.ledger.orders.values()].filter(
    (order) => order.overdue && endUnpaid(m, order, 'expired'),
  )
  for (const order of ended) freeHold(m, order, order.lines)
  return ended.length
}
