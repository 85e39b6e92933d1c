import { sql } from 'drizzle-orm'
import { intents } from '../../db/sandbox-schema'
import { orders, payments } from '../../db/schema'
import type { Question } from './checks'

/** What the ledger says about money: who was charged, and whether for what they got. */
export function moneyQuestions(saleId: string): Question[] {
  const perOrder = sql`
    select o.id, o.state, o.total_minor, o.currency,
      count(p.id) filter (where p.state = 'captured') as captured,
      count(p.id) filter (where p.state = 'capturing') as capturing,
      bool_and(p.amount_minor = o.total_minor and p.currency = o.currency) filter (where p.state = 'captured') as right_sum
    from ${orders} o left join ${payments} p on p.sale_id = o.sale_id and p.order_id = o.id
    where o.sale_id = ${saleId} group by o.sale_id, o.id`
  return [
    {
      invariant: 'I3',
      wrong: 'paid order without exactly one captured payment',
      query: sql`select id as what from (${perOrder}) o where state = 'paid' and captured <> 1`,
    },
    {
      invariant: 'I3',
      wrong: 'captured payment of an order that is not paid',
      query: sql`select id as what from (${perOrder}) o where state <> 'paid' and captured > 0`,
    },
    {
      invariant: 'I3',
      wrong: 'order and payment that are not being captured together',
      query: sql`
        select id as what from (${perOrder}) o where (state = 'capturing') <> (capturing = 1) or capturing > 1`,
    },
    {
      invariant: 'I14',
      wrong: 'paid order that was charged another amount',
      query: sql`select id as what from (${perOrder}) o where state = 'paid' and not right_sum`,
    },
  ]
}

/** The sandbox provider's own books beside ours: it plays a company elsewhere, so this is what an auditor would do. */
export function sandboxQuestions(saleId: string): Question[] {
  const both = sql`
    select p.id as what, p.state as ours, p.amount_minor as our_amount, i.*
    from ${payments} p left join ${intents} i on i.key = p.id where p.sale_id = ${saleId}`
  return [
    {
      invariant: 'I3',
      wrong: 'payment that the provider captured or voided more than once, or both',
      query: sql`select what from (${both}) b where captures > 1 or voids > 1 or (captures > 0 and voids > 0)`,
    },
    {
      invariant: 'I3',
      wrong: 'captured payment that the provider did not capture',
      query: sql`select what from (${both}) b where ours = 'captured' and coalesce(captures, 0) = 0`,
    },
    {
      invariant: 'I3',
      wrong: 'payment that the provider captured and we did not',
      query: sql`select what from (${both}) b where captures > 0 and ours <> 'captured'`,
    },
    {
      invariant: 'I3',
      wrong: 'payment that is over here and still set aside at the provider',
      query: sql`select what from (${both}) b where state = 'authorised' and ours in ('declined', 'voided')`,
    },
    {
      invariant: 'I3',
      wrong: 'capture at the provider that no sale knows of',
      query: sql`
        select i.id as what from ${intents} i
        where i.captures > 0 and not exists (select from ${payments} p where p.id = i.key)`,
    },
    {
      invariant: 'I14',
      wrong: 'captured payment that the provider has with another amount',
      query: sql`select what from (${both}) b where captures > 0 and amount_minor <> our_amount`,
    },
  ]
}
