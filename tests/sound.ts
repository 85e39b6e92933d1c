import { eq, sql } from 'drizzle-orm'
import { expect } from 'vitest'
import { intents } from '../db/sandbox-schema'
import { buyerCounts, items, orderLines, orders, payments, units } from '../db/schema'
import type { Context } from '../lib/context'
import { free, held, owned, type RedisReading, readRedis, takeCensus } from '../lib/repairs/reading'
import { verifySale } from '../lib/repairs/verify'

const living = sql`('awaiting_payment', 'capturing', 'paid')`

/** How a sale's units are spread at rest; the parts of `minted` are disjoint and complete. */
export type Tally = { minted: number; free: number; held: number; unpaid: number; paid: number }

/**
 * Checks every invariant that both stores, and the provider, can show of a sale at rest, and answers how its units are
 * spread, so that a test can say how many it expects. `held` are units in open carts and unclaimed orders.
 */
export async function expectSound(ctx: Context, saleId: string): Promise<Tally> {
  const redis = await readRedis(ctx, saleId)
  if (!redis) throw new Error('Redis has no state of this sale.')
  expect(redis.loading, 'the sale is loaded').toBe(false)
  const tally = await expectUnitsSound(ctx, saleId, redis)
  await expectLedgerSound(ctx, saleId)
  await expectMoneySound(ctx, saleId)
  await expectRedisCounts(ctx, saleId, redis)
  // The shop's own verification, which is code like any other, has to see it the same way.
  const { checks } = await verifySale(ctx, { id: saleId, slug: '' }, 1)
  expect(checks.filter((check) => !check.ok)).toEqual([])
  return tally
}

/** I1, I7: each unit is free, or in one hold, or in one living order, and nothing else. */
async function expectUnitsSound(ctx: Context, saleId: string, redis: RedisReading): Promise<Tally> {
  const inHolds = redis.holds.flatMap(({ hold }) =>
    hold.lines.flatMap((line) => line.numbers.map((number) => `${line.item}:${number}`)),
  )
  expect(new Set(inHolds).size, 'I1: no unit is in two holds').toBe(inHolds.length)
  const census = await takeCensus(ctx, saleId, redis)
  expect(census.contested, 'I1: no hold has units of another order').toEqual([])
  const tally: Tally = { minted: 0, free: 0, held: 0, unpaid: 0, paid: 0 }
  for (const [item, marks] of census.marks) {
    for (let number = 1; number < marks.length; number++) {
      const mark = marks[number] ?? 0
      tally.minted += 1
      if (mark === free) tally.free += 1
      else if (mark === held) tally.held += 1
      else if (mark === owned) tally.paid += 1
      else if (mark === (held | owned)) tally.unpaid += 1
      else expect.fail(`I7: unit ${item}:${number} is ${mark === 0 ? 'leaked' : 'free and taken'}`)
    }
  }
  const [row] = await ctx.db.execute<{ minted: number; paid: number }>(sql`
    select count(*)::int as minted, count(*) filter (where o.state = 'paid')::int as paid
    from ${units} u left join ${orders} o on o.sale_id = u.sale_id and o.id = u.order_id where u.sale_id = ${saleId}`)
  expect(row?.minted, 'the minted units are the allocations').toBe(tally.minted)
  expect(row?.paid, 'I7: units without a hold are the paid ones').toBe(tally.paid)
  return tally
}

/** I2, I6, and what the orders say of themselves. */
async function expectLedgerSound(ctx: Context, saleId: string) {
  const stray = await ctx.db.execute(sql`
    with promised as (
      select l.item_id, unnest(l.numbers) as number, l.order_id from ${orderLines} l
      join ${orders} o on o.sale_id = l.sale_id and o.id = l.order_id
      where l.sale_id = ${saleId} and o.state in ${living}),
    taken as (select item_id, number, order_id from ${units} where sale_id = ${saleId} and order_id is not null)
    (select * from promised except all select * from taken)
    union all (select * from taken except all select * from promised)`)
  expect([...stray], 'I2: living orders own exactly the units of their lines').toEqual([])
  const wrongTotals = await ctx.db.execute(sql`
    select o.id from ${orders} o join ${orderLines} l on l.sale_id = o.sale_id and l.order_id = o.id
    where o.sale_id = ${saleId} group by o.sale_id, o.id
    having sum(cardinality(l.numbers)::bigint * l.price_minor) <> o.total_minor`)
  expect([...wrongTotals], 'I10: each total is that of its lines').toEqual([])
  const counts = await ctx.db.execute(sql`
    select item_id, buyer_id from (
      select c.item_id, c.buyer_id, c.quantity from ${buyerCounts} c where c.sale_id = ${saleId}
      union all
      select l.item_id, o.buyer_id, -cardinality(l.numbers) from ${orderLines} l
      join ${orders} o on o.sale_id = l.sale_id and o.id = l.order_id
      where o.sale_id = ${saleId} and o.state in ${living}) as both_sides
    group by 1, 2 having sum(quantity) <> 0`)
  expect([...counts], 'I6: the counts are those of living orders').toEqual([])
  const over = await ctx.db.execute(sql`
    select c.buyer_id from ${buyerCounts} c join ${items} i on i.sale_id = c.sale_id and i.id = c.item_id
    where c.sale_id = ${saleId} and c.quantity > i.limit_per_buyer`)
  expect([...over], 'I6: nobody is over the limit').toEqual([])
}

/** I3, I14: what the provider took is what the paid orders cost, once each. */
async function expectMoneySound(ctx: Context, saleId: string) {
  const rows = await ctx.db
    .select({ order: orders.state, totalMinor: orders.totalMinor, payment: payments.state, intent: intents })
    .from(intents)
    .innerJoin(payments, eq(payments.id, intents.key))
    .innerJoin(orders, eq(orders.id, payments.orderId))
    .where(eq(payments.saleId, saleId))
  for (const { order, totalMinor, intent } of rows) {
    expect(intent.captures + intent.voids, 'I3: money is taken or set free once').toBeLessThanOrEqual(1)
    if (intent.captures === 0) continue
    expect(['capturing', 'paid'], 'I3: money is only taken for an order with its units').toContain(order)
    expect(intent.amountMinor, 'I14: what was taken is the price').toBe(totalMinor)
  }
  const captured = rows.filter(({ intent, order }) => intent.captures > 0 && order === 'paid')
  const [paid] = await ctx.db.execute<{ orders: number; minor: number }>(sql`
    select count(*)::int as orders, coalesce(sum(total_minor), 0)::int as minor from ${orders}
    where sale_id = ${saleId} and state = 'paid'`)
  const taken = captured.reduce((sum, { intent }) => sum + intent.amountMinor, 0)
  expect({ orders: captured.length, minor: taken }, 'I14: captured = paid').toEqual(paid)
}

/** What Redis counts of paid orders, for "sold through" and for the limit. */
async function expectRedisCounts(ctx: Context, saleId: string, redis: RedisReading) {
  const rows = await ctx.db.execute<{ item: string; sold: number }>(sql`
    select l.item_id as item, sum(cardinality(l.numbers))::int as sold from ${orderLines} l
    join ${orders} o on o.sale_id = l.sale_id and o.id = l.order_id
    where o.sale_id = ${saleId} and o.state = 'paid' group by 1`)
  const sold = new Map(rows.map((row) => [row.item, row.sold]))
  for (const [id, item] of redis.items) {
    expect(item.sold, 'Redis counts the paid units').toBe(sold.get(id) ?? 0)
  }
}
