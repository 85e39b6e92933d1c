import { contactOf } from '../../lib/contact'
import { inOrder, longAgoMs } from './admission'
import type { LedgerSide, RedisSide } from './readings'
import { contactOf as firstOf, type Line, type Model } from './state'
import { bodyOf, itemIndex, type World } from './world'

/** Those of one claim come into the ledger in no order that anybody relies on. */
const byOrderId = <T extends { id: string }>(orders: T[]): T[] =>
  orders.toSorted((a, b) => (a.id < b.id ? -1 : 1))

/** Both stores and the model in the same words: the model's, but for buyers' and holds' ids. */
export function sidesOfModel(m: Model, world: World) {
  return { redis: m.redis && redisOfModel(m.redis, world), ledger: ledgerOfModel(m, world) }
}

const byItem = (lines: Line[]) => lines.toSorted((a, b) => a.item - b.item)

function redisOfModel(
  { holds, stream, pausedMs: _, items, lapses, ...rest }: NonNullable<Model['redis']>,
  { buyers, holds: ids }: World,
) {
  return {
    ...rest,
    items: items.map(({ returned, ...item }) => ({
      ...item,
      returned: inOrder(returned).map(({ number, at }) => ({ number, at })),
    })),
    lapses: Object.fromEntries([...lapses].map(([buyer, lapse]) => [buyers[buyer], lapse])),
    miscounted: [],
    holds: Object.fromEntries(
      [...holds].map(([buyer, { id, lines, extension: _, body: __, real: ___, gave: ____, ...hold }]) => [
        buyers[buyer],
        { ...hold, id: ids.get(id), lines: byItem(lines) },
      ]),
    ),
    due: Object.fromEntries(
      [...holds].flatMap(([buyer, hold]) =>
        hold.state === 'ordered' ? [] : [[buyers[buyer], hold.deadline]],
      ),
    ),
    waiting: stream.filter(({ taken }) => !taken).length,
    taken: stream.filter(({ taken }) => taken).length,
  }
}

function ledgerOfModel(
  { ledger: { epoch, paused, closed, units, orders, counts, contacts }, payments }: Model,
  world: World,
) {
  return {
    ...{ epoch, paused, closed, units, counts, contacts },
    orders: byOrderId(
      [...orders.values()].map(({ id, buyer, hold, state, lines }) => ({
        ...{ id, buyer: world.buyers[buyer], hold: world.holds.get(hold), state, lines: byItem(lines) },
      })),
    ),
    payments: payments.map(({ order, movedFrom, state, intent }) => ({
      ...{ order, movedFrom, state },
      intent: intent && { state: intent.state, captures: intent.captures, voids: intent.voids },
    })),
  }
}

type NameOf = (orderId: string) => string

export function sidesOfStores(world: World, nameOf: NameOf, redis: RedisSide | null, ledger: LedgerSide) {
  return {
    redis: redis && redisOfStore(world, nameOf, redis),
    ledger: ledgerOfStore(world, nameOf, ledger),
  }
}

const linesOf = (world: World, lines: { item: string; numbers: number[] }[]) =>
  byItem(lines.map(({ item, numbers }) => ({ item: itemIndex(world, item), numbers })))

function redisOfStore(world: World, nameOf: NameOf, { pausedMs: _, ...redis }: RedisSide) {
  return {
    ...redis,
    lapses: Object.fromEntries(
      [...redis.lapses].map(([buyer, { count, untilMs }]) => [
        buyer,
        { count, isCooling: count > 1 && untilMs > longAgoMs },
      ]),
    ),
    holds: Object.fromEntries(
      redis.holds.map(({ buyer, hold: { id, state, deadline, extended, version, lines, order, lapsed } }) => [
        buyer,
        {
          ...{ id, state, deadline, extended, version, lines: linesOf(world, lines) },
          ...(order !== undefined && { order: nameOf(order) }),
          ...(lapsed && { lapsed }),
        },
      ]),
    ),
    due: Object.fromEntries(redis.due),
    bought: world.buyers.map((buyer) =>
      world.sale.items.map(({ id }) => redis.bought.get(`${buyer}:${id}`) ?? 0),
    ),
  }
}

function ledgerOfStore(world: World, nameOf: NameOf, { epoch, paused, closed, ...rows }: LedgerSide) {
  const units = world.sale.items.map(({ allocation }): (string | null)[] => Array(allocation).fill(null))
  for (const { item, number, order } of rows.units) {
    const ofItem = units[itemIndex(world, item)]
    if (ofItem) ofItem[number - 1] = order && nameOf(order)
  }
  const count = (buyer: string, item: string) =>
    rows.counts?.find((each) => each.buyer === buyer && each.item === item)?.quantity ?? 0
  // A mailbox that is another buyer's is counted there.
  const hashOf = (buyer: number) =>
    contactOf(world.shop.env.APP_SECRET, world.sale.id, bodyOf(world, buyer, 0).email)
  const ofContact = (buyer: number, item: string) =>
    firstOf(world.shape, buyer) === buyer
      ? (rows.contacts?.find((each) => each.contact === hashOf(buyer) && each.item === item)?.quantity ?? 0)
      : 0
  return {
    ...{ epoch, paused, closed, units },
    counts: world.buyers.map((buyer) => world.sale.items.map(({ id }) => count(buyer, id))),
    contacts: world.buyers.map((_, buyer) => world.sale.items.map(({ id }) => ofContact(buyer, id))),
    orders: byOrderId(
      (rows.orders ?? []).map(({ id, buyer, hold, state, lines }) => ({
        ...{ id: nameOf(id), buyer, hold, state, lines: linesOf(world, lines ?? []) },
      })),
    ),
    payments: world.payments.map((id) => {
      const row = rows.payments?.find((payment) => payment.id === id)
      const { order = '', movedFrom = null, state, intent } = row ?? {}
      return { order: nameOf(order), movedFrom: movedFrom && nameOf(movedFrom), state, intent }
    }),
  }
}
