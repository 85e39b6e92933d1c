import { sql } from 'drizzle-orm'
import { saleKeys } from '../../db/keys'
import { items, units } from '../../db/schema'
import type { Context } from '../context'
import { type HoldRecord, parseHoldRecord } from '../units/hold-record'

export type RedisReading = {
  epoch: string
  loading: boolean
  paused: boolean
  opensAt: number
  closesAt: number
  items: Map<string, { position: number; next: number; allocation: number; sold: number; returned: number[] }>
  holds: { buyer: string; hold: HoldRecord }[]
  /** Network → units that it is counted to have set aside. */
  networks: Map<string, number>
}

/** Everything admission knows of a sale, read in one atomic step; null when Redis has no state of it. */
export async function readRedis(ctx: Pick<Context, 'redis'>, saleId: string): Promise<RedisReading | null> {
  const keys = saleKeys(saleId)
  const [[epoch, loading, pausedAt, opensAt, closesAt], itemFields, free, holdFields, counts] =
    await ctx.redis
      .multi()
      .hmget(keys.state, 'epoch', 'loading', 'pausedAt', 'opensAt', 'closesAt')
      .hgetall(keys.items)
      .zrange(keys.free, 0, -1)
      .hgetall(keys.holds)
      .hgetall(keys.networks)
      .exec<[(string | null)[], string[] | null, string[], string[] | null, string[] | null]>()
  // One that is being loaded has no items at first.
  if (!epoch || (!itemFields?.length && loading !== '1')) return null
  const fields = Object.fromEntries(pairs(itemFields ?? []))
  const known: RedisReading['items'] = new Map()
  const byPosition = new Map<number, number[]>()
  for (const name of Object.keys(fields)) {
    if (!name.endsWith(':position')) continue
    const id = name.slice(0, -':position'.length)
    const number = (field: string) => Number(fields[`${id}:${field}`])
    const returned: number[] = []
    byPosition.set(number('position'), returned)
    known.set(id, {
      ...{ position: number('position'), next: number('next') },
      ...{ allocation: number('allocation'), sold: number('sold'), returned },
    })
  }
  for (const member of free) {
    const [position, number] = member.split(':')
    byPosition.get(Number(position))?.push(Number(number))
  }
  return {
    epoch,
    loading: loading === '1',
    ...{ paused: Boolean(pausedAt), opensAt: Number(opensAt), closesAt: Number(closesAt) },
    items: known,
    holds: pairs(holdFields ?? []).map(([buyer, json]) => ({ buyer, hold: parseHoldRecord(json) })),
    networks: new Map(pairs(counts ?? []).map(([network, units]) => [network, Number(units)])),
  }
}

/** Redis' flat list of fields and values. */
const pairs = (flat: string[]): [string, string][] =>
  flat.flatMap((field, i) => (i % 2 === 0 ? [[field, flat[i + 1] ?? ''] as [string, string]] : []))

/** Networks that are not counted to have exactly what their holds set aside. */
export function miscounted({ holds, networks }: Pick<RedisReading, 'holds' | 'networks'>): string[] {
  const sums = new Map<string, number>()
  for (const { hold } of holds) {
    const units = hold.lines.reduce((sum, line) => sum + line.numbers.length, 0)
    if (hold.net && units > 0) sums.set(hold.net, (sums.get(hold.net) ?? 0) + units)
  }
  const known = new Set([...networks.keys(), ...sums.keys()])
  return [...known].filter((network) => networks.get(network) !== sums.get(network))
}

export type UnitOwner = { item: string; number: number; order: string }

/** What one unit is, in one byte each: a million units are a megabyte. */
export const free = 1
export const held = 2
export const owned = 4

type UnitsInRedis = Pick<RedisReading, 'items' | 'holds'>

export type Census = {
  /** Item → one byte a unit, index = number. */
  marks: Map<string, Uint8Array>
  /** Held units that the ledger gave to an order other than the hold's own. */
  contested: UnitOwner[]
}

/** Marks every minted unit with what Redis (read first) and the ledger (read second) say of it. */
export async function takeCensus(ctx: Context, saleId: string, redis: UnitsInRedis): Promise<Census> {
  return ctx.db.transaction(
    async (tx) => {
      await tx.execute(sql`set local statement_timeout = 0`)
      const marks = new Map<string, Uint8Array>()
      const minted = await tx.execute<{ id: string; minted: number }>(sql`
        select i.id, i.allocation as minted from ${items} i where i.sale_id = ${saleId}`)
      for (const row of minted) marks.set(row.id, new Uint8Array(row.minted + 1))
      for (const row of minted) {
        // In slices, so that a large sale neither fills memory nor one huge reply.
        for (let from = 0; from <= row.minted; from += 50_000) {
          const [slice] = await tx.execute<{ numbers: number[] | null }>(sql`
            select array_agg(number) as numbers from ${units}
            where sale_id = ${saleId} and item_id = ${row.id} and order_id is not null
              and number > ${from}::int and number <= ${from + 50_000}::int`)
          mark(marks, row.id, slice?.numbers ?? [], owned)
        }
      }
      markRedis(marks, redis)
      return { marks, contested: await contestedUnits(tx, saleId, redis) }
    },
    { isolationLevel: 'repeatable read' },
  )
}

function mark(marks: Census['marks'], item: string, numbers: Iterable<number>, what: number) {
  const bytes = marks.get(item)
  if (!bytes) return
  for (const number of numbers) bytes[number] = (bytes[number] ?? 0) | what
}

function markRedis(marks: Census['marks'], redis: UnitsInRedis) {
  for (const [id, item] of redis.items) {
    mark(marks, id, item.returned, free)
    const bytes = marks.get(id)
    for (let number = item.next; bytes && number < bytes.length; number++) {
      bytes[number] = (bytes[number] ?? 0) | free
    }
  }
  for (const { hold } of redis.holds) {
    for (const line of hold.lines) mark(marks, line.item, line.numbers, held)
  }
}

async function contestedUnits(
  tx: Pick<Context['db'], 'execute'>,
  saleId: string,
  redis: UnitsInRedis,
): Promise<UnitOwner[]> {
  const inHolds = redis.holds.flatMap(({ hold }) =>
    hold.lines.flatMap((line) =>
      line.numbers.map((number) => ({ item: line.item, number, order: hold.order ?? '' })),
    ),
  )
  if (inHolds.length === 0) return []
  const rows = await tx.execute<UnitOwner>(sql`
    select u.item_id as item, u.number, u.order_id as order from ${units} u
    join unnest(${sql.param(inHolds.map(() => saleId))}::text[], ${sql.param(inHolds.map((u) => u.item))}::text[],
      ${sql.param(inHolds.map((u) => u.number))}::int[], ${sql.param(inHolds.map((u) => u.order))}::text[])
      as h (sale_id, item_id, number, order_id)
      on u.sale_id = h.sale_id and u.item_id = h.item_id and u.number = h.number
    where u.order_id is not null and u.order_id <> h.order_id`)
  return [...rows]
}
