import { sql } from 'drizzle-orm'
import { freeScoresPerItem } from '../../db/keys'
import { intents } from '../../db/sandbox-schema'
import { buyerCounts, contactCounts, orderLines, orders, payments, sales, units } from '../../db/schema'
import { miscounted, readRedis } from '../../lib/repairs/reading'
import type { HoldRecord } from '../../lib/units/hold-record'
import type { Intent, OrderState, Payment } from './state'
import type { World } from './world'

export type RedisSide = {
  epoch: number
  paused: boolean
  closed: boolean
  pausedMs: number
  items: { next: number; sold: number; returned: { number: number; at: number }[] }[]
  holds: { buyer: string; hold: HoldRecord }[]
  due: Map<string, number>
  bought: Map<string, number>
  /** Buyer → how many holds lapsed, and until when that makes them wait. */
  lapses: Map<string, { count: number; untilMs: number }>
  miscounted: string[]
  /** Entries of the stream that nobody read, and that nobody acknowledged. */
  waiting: number
  taken: number
}

/** Everything Redis has of the sale; null when it lost it. */
export async function readRedisSide({ shop, sale, keys }: World): Promise<RedisSide | null> {
  const reading = await readRedis(shop, sale.id)
  if (!reading) return null
  const [[pausedAt, closesAt, pausedMs], due, bought, [group], free, lapses] = await shop.redis
    .pipeline()
    .hmget(keys.state, 'pausedAt', 'closesAt', 'pausedMs')
    .zrange(keys.due, 0, -1, { withScores: true })
    .hgetall(keys.bought)
    .xinfo(keys.orders, { type: 'GROUPS' })
    .zrange(keys.free, 0, -1, { withScores: true })
    .hgetall(keys.lapses)
    .exec<[string[], string[], string[], string[][], string[], string[]]>()
  const facts = toMap(group ?? [])
  return {
    epoch: Number.parseInt(reading.epoch, 10),
    paused: pausedAt !== '',
    closed: Number(closesAt) <= Date.now(),
    pausedMs: Number(pausedMs),
    items: sale.items.map(({ id }) => {
      const item = reading.items.get(id)
      const { next = 0, sold = 0, position } = item ?? {}
      const returned = [...toMap(free)]
        .filter(([member]) => member.startsWith(`${position}:`))
        .map(([member, score]) => ({
          number: Number(member.split(':')[1]),
          at: score - freeScoresPerItem * (position ?? 0),
        }))
      return { next, sold, returned }
    }),
    holds: reading.holds,
    lapses: new Map(
      (lapses ?? []).flatMap((buyer, i) => {
        const [count, untilMs] = String((lapses ?? [])[i + 1]).split(':')
        return i % 2 === 0 ? [[buyer, { count: Number(count), untilMs: Number(untilMs) }] as const] : []
      }),
    ),
    miscounted: miscounted(reading),
    ...{ due: toMap(due), bought: toMap(bought ?? []) },
    ...{ waiting: facts.get('lag') ?? 0, taken: facts.get('pending') ?? 0 },
  }
}

const toMap = (flat: string[]) =>
  new Map(flat.flatMap((name, i) => (i % 2 === 0 ? [[name, Number(flat[i + 1])] as const] : [])))

export type LedgerSide = {
  epoch: number
  paused: boolean
  closed: boolean
  orders:
    | { id: string; buyer: string; hold: string; state: OrderState; total: number; lines: LineRow[] | null }[]
    | null
  units: { item: string; number: number; order: string | null }[]
  counts: { item: string; buyer: string; quantity: number }[] | null
  contacts: { item: string; contact: string; quantity: number }[] | null
  payments: PaymentRow[] | null
}
type LineRow = { item: string; numbers: number[]; price: number }
type PaymentRow = {
  id: string
  order: string
  movedFrom: string | null
  state: Payment['state']
  amount: number
  intent: { state: Intent['state']; captures: number; voids: number } | null
}

/** Everything the ledger has of the sale, and the provider's books, in one snapshot. */
export async function readLedgerSide({ shop, sale }: World): Promise<LedgerSide> {
  const [row] = await shop.db.execute<{ reading: LedgerSide }>(sql`
    select json_build_object('epoch', s.epoch, 'paused', s.paused_at is not null, 'closed', s.closes_at <= now(),
      'orders', (select json_agg(json_build_object('id', o.id, 'buyer', o.buyer_id, 'hold', o.hold_id,
        'state', o.state, 'total', o.total_minor, 'lines', (
          select json_agg(json_build_object('item', l.item_id, 'numbers', l.numbers, 'price', l.price_minor))
          from ${orderLines} l where l.sale_id = o.sale_id and l.order_id = o.id)) order by o.number)
        from ${orders} o where o.sale_id = s.id),
      'units', (select json_agg(json_build_object('item', u.item_id, 'number', u.number, 'order', u.order_id))
        from ${units} u where u.sale_id = s.id),
      'counts', (select json_agg(json_build_object('item', c.item_id, 'buyer', c.buyer_id, 'quantity', c.quantity))
        from ${buyerCounts} c where c.sale_id = s.id),
      'contacts', (select json_agg(json_build_object('item', c.item_id, 'contact', c.contact, 'quantity', c.quantity))
        from ${contactCounts} c where c.sale_id = s.id),
      'payments', (select json_agg(json_build_object('id', p.id, 'order', p.order_id, 'state', p.state,
        'movedFrom', p.moved_from_order_id, 'amount', p.amount_minor, 'intent', case when i.id is not null then
          json_build_object('state', i.state, 'captures', i.captures, 'voids', i.voids) end) order by p.created_at)
        from ${payments} p left join ${intents} i on i.key = p.id where p.sale_id = s.id)) as reading
    from ${sales} s where s.id = ${sale.id}`)
  if (!row) throw new Error('The sale is gone.')
  return row.reading
}
