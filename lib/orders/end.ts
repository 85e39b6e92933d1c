import { and, eq, sql } from 'drizzle-orm'
import { runScript } from '../../db/define-script'
import { claimGroup, saleKeys } from '../../db/keys'
import { orderLines, orders, sales } from '../../db/schema'
import { type Actor, recordAudit } from '../audit/record'
import { config } from '../config'
import type { Context } from '../context'
import type { HoldLine } from '../units/hold-record'
import { ownedElsewhere } from './owned-elsewhere'
import { type Outcome, settleScript } from './settle.lua'
import { endUnpaid } from './state'

/** Carries the end of orders back to Redis: their holds end as sold or free. Harmless when repeated or late (I5). */
export async function settleHolds(
  ctx: Pick<Context, 'redis'>,
  saleId: string,
  outcomes: Outcome[],
): Promise<void> {
  for (let from = 0; from < outcomes.length; from += config.claim.batchSize) {
    await runScript(ctx.redis, settleScript, saleKeys(saleId), {
      outcomes: outcomes.slice(from, from + config.claim.batchSize),
      entries: [],
      group: claimGroup,
    })
  }
}

/** Frees the hold of an order that owns nothing, except units that the ledger meanwhile gave to somebody else. */
export async function freeHold(
  ctx: Context,
  order: { saleId: string; orderId: string; buyerId: string; lines: HoldLine[] },
  end: 'unpaid' | 'rejected' = 'unpaid',
): Promise<void> {
  const { saleId, orderId, buyerId } = order
  const owned = await ownedElsewhere(ctx, saleId, [order])
  await settleHolds(ctx, saleId, [{ buyer: buyerId, order: orderId, end, owned: owned.get(orderId) ?? [] }])
}

async function linesOf(ctx: Context, saleId: string, orderId: string): Promise<HoldLine[]> {
  return ctx.db
    .select({ item: orderLines.itemId, numbers: orderLines.numbers, price: orderLines.priceMinor })
    .from(orderLines)
    .where(and(eq(orderLines.saleId, saleId), eq(orderLines.orderId, orderId)))
}

/**
 * Cancels an unpaid order: in the ledger first, then its units are free in Redis. False when it is not waiting for
 * payment any more. A crash in between is finished by the reconciler (I15). With `by`, somebody of the shop, it is
 * written down.
 */
export async function cancelOrder(
  ctx: Context,
  order: { saleId: string; id: string; buyerId: string },
  by?: { actor: Actor; reason: string },
): Promise<boolean> {
  const ended = await ctx.db.transaction(async (tx) => {
    const done = await endUnpaid(tx, { saleId: order.saleId, orderId: order.id, to: 'cancelled' })
    if (done && by) {
      const [before, after] = [{ state: 'awaiting_payment' }, { state: 'cancelled' }]
      await recordAudit(tx, { ...by, action: 'orders.cancel', subject: order.id, before, after })
    }
    return done
  })
  if (ended) {
    const { saleId, id: orderId, buyerId } = order
    await freeHold(ctx, { saleId, orderId, buyerId, lines: await linesOf(ctx, saleId, orderId) })
  }
  return ended
}

/**
 * Ends the orders of a sale whose payment is overdue, on the sale's clock (I8). Orders being captured are left alone:
 * of expiry and payment in the same millisecond one wins. Returns how many it ended.
 */
export async function expireOrders(ctx: Context, saleId: string): Promise<number> {
  const ended = await ctx.db.transaction(async (tx) => {
    const due = await tx
      .select({ orderId: orders.id, buyerId: orders.buyerId, contact: orders.contact })
      .from(orders)
      .innerJoin(sales, eq(sales.id, orders.saleId))
      .where(
        and(
          eq(orders.saleId, saleId),
          eq(orders.state, 'awaiting_payment'),
          sql`${orders.payBy} <= coalesce(${sales.pausedAt}, now()) - make_interval(secs => ${sales.pausedMs} / 1000.0)`,
        ),
      )
      .orderBy(orders.payBy)
      .limit(config.worker.expirePerTick)
      .for('update', { of: orders, skipLocked: true })
    const done: typeof due = []
    // In the order in which claims count mailboxes, which orders may share: so the two can't deadlock on them.
    for (const order of due.sort((a, b) => (a.contact < b.contact ? -1 : 1))) {
      if (await endUnpaid(tx, { saleId, orderId: order.orderId, to: 'expired' })) done.push(order)
    }
    return done
  })
  for (const order of ended) {
    await freeHold(ctx, { saleId, ...order, lines: await linesOf(ctx, saleId, order.orderId) })
  }
  return ended.length
}
