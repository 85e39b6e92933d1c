import { sql } from 'drizzle-orm'
import { buyerCounts, contactCounts, items, orderLines, orders, sales, units } from '../../db/schema'
import { living, type Question } from './checks'

/** Later than this, an overdue order is not merely waiting for the worker's next tick. */
const overdueSeconds = 10

/** What the ledger alone can tell about units, orders, limits and prices. */
export function ledgerQuestions(saleId: string): Question[] {
  const promised = sql`
    select o.id as order_id, l.item_id, n.number from ${orders} o
    join ${orderLines} l on l.sale_id = o.sale_id and l.order_id = o.id cross join unnest(l.numbers) as n (number)
    where o.sale_id = ${saleId} and o.state in ${living}`
  const owned = sql`
    select item_id, number, order_id from ${units} where sale_id = ${saleId} and order_id is not null`
  const counted = sql`
    select o.buyer_id, l.item_id, sum(cardinality(l.numbers)) as quantity from ${orders} o
    join ${orderLines} l on l.sale_id = o.sale_id and l.order_id = o.id
    where o.sale_id = ${saleId} and o.state in ${living} group by 1, 2`
  const countedByContact = sql`
    select o.contact, l.item_id, sum(cardinality(l.numbers)) as quantity from ${orders} o
    join ${orderLines} l on l.sale_id = o.sale_id and l.order_id = o.id
    where o.sale_id = ${saleId} and o.state in ${living} and o.contact <> '' group by 1, 2`
  return [
    {
      invariant: 'I1',
      wrong: 'item whose unit rows are not exactly 1 … allocation',
      query: sql`
        select i.id as what from ${items} i left join (
          select item_id, count(*) as minted, max(number) as last from ${units} where sale_id = ${saleId} group by 1
        ) u on u.item_id = i.id
        where i.sale_id = ${saleId} and (u.minted is distinct from i.allocation or u.last is distinct from i.allocation)`,
    },
    {
      invariant: 'I1',
      wrong: 'unit promised to two orders',
      query: sql`
        select item_id || ' no. ' || number as what from (${promised}) p group by item_id, number having count(*) > 1`,
    },
    {
      invariant: 'I2',
      wrong: 'unit of an order that the order does not own',
      query: sql`
        select p.item_id || ' no. ' || p.number || ' of ' || p.order_id as what from (${promised}) p
        left join (${owned}) u using (item_id, number, order_id) where u.number is null`,
    },
    {
      invariant: 'I2',
      wrong: 'owned unit that is on no line of a living or paid order',
      query: sql`
        select u.item_id || ' no. ' || u.number || ' of ' || u.order_id as what from (${owned}) u
        left join (${promised}) p using (item_id, number, order_id) where p.number is null`,
    },
    {
      invariant: 'I2',
      wrong: 'living or paid order without lines',
      query: sql`
        select o.id as what from ${orders} o where o.sale_id = ${saleId} and o.state in ${living} and not exists (
          select from ${orderLines} l where l.sale_id = o.sale_id and l.order_id = o.id)`,
    },
    {
      invariant: 'I2',
      wrong: 'line of no order',
      query: sql`
        select l.order_id as what from ${orderLines} l where l.sale_id = ${saleId} and not exists (
          select from ${orders} o where o.sale_id = l.sale_id and o.id = l.order_id)`,
    },
    {
      invariant: 'I4',
      wrong: 'hold with two orders',
      query: sql`
        select hold_id as what from ${orders} where sale_id = ${saleId} and state <> 'rejected'
        group by hold_id having count(*) > 1`,
    },
    {
      invariant: 'I6',
      wrong: 'buyer whose count differs from their orders',
      query: sql`
        select buyer_id || ' of ' || item_id as what from (${counted}) o
        full join (select buyer_id, item_id, quantity from ${buyerCounts} where sale_id = ${saleId}) c
          using (buyer_id, item_id)
        where coalesce(o.quantity, 0) <> coalesce(c.quantity, 0)`,
    },
    {
      invariant: 'I6',
      wrong: 'buyer with orders beyond the limit',
      query: sql`
        select o.buyer_id || ' of ' || o.item_id as what from (${counted}) o
        join ${items} i on i.sale_id = ${saleId} and i.id = o.item_id where o.quantity > i.limit_per_buyer`,
    },
    {
      invariant: 'I6',
      wrong: 'contact whose count differs from their orders',
      query: sql`
        select contact || ' of ' || item_id as what from (${countedByContact}) o
        full join (select contact, item_id, quantity from ${contactCounts} where sale_id = ${saleId}) c
          using (contact, item_id)
        where coalesce(o.quantity, 0) <> coalesce(c.quantity, 0)`,
    },
    {
      invariant: 'I6',
      wrong: 'contact with orders beyond the limit',
      query: sql`
        select o.contact || ' of ' || o.item_id as what from (${countedByContact}) o
        join ${items} i on i.sale_id = ${saleId} and i.id = o.item_id where o.quantity > i.limit_per_buyer`,
    },
    {
      invariant: 'I8',
      wrong: 'unpaid order that is overdue',
      query: sql`
        select o.id as what from ${orders} o join ${sales} s on s.id = o.sale_id
        where o.sale_id = ${saleId} and o.state = 'awaiting_payment' and o.pay_by < coalesce(s.paused_at, now())
          - make_interval(secs => s.paused_ms / 1000.0) - make_interval(secs => ${overdueSeconds})`,
    },
    {
      invariant: 'I10',
      wrong: 'order whose total is not the sum of its lines',
      query: sql`
        select o.id as what from ${orders} o
        join ${orderLines} l on l.sale_id = o.sale_id and l.order_id = o.id
        where o.sale_id = ${saleId} group by o.id, o.total_minor
        having sum(cardinality(l.numbers)::bigint * l.price_minor) <> o.total_minor`,
    },
    {
      invariant: 'I10',
      wrong: 'order in another currency than the sale',
      query: sql`
        select o.id as what from ${orders} o join ${sales} s on s.id = o.sale_id
        where o.sale_id = ${saleId} and o.currency <> s.currency`,
    },
    {
      invariant: 'I12',
      wrong: 'stream entry with two orders',
      query: sql`
        select entry_id as what from ${orders} where sale_id = ${saleId} group by entry_id having count(*) > 1`,
    },
  ]
}
