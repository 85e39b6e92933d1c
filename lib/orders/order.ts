import { createHash } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { runScript } from '../../db/define-script'
import { saleKeys } from '../../db/keys'
import { isLedgerBusy } from '../../db/postgres'
import { isPassing } from '../../db/redis'
import { config } from '../config'
import type { Context } from '../context'
import type { Checkout, Order } from '../contract'
import { orderIdFor } from '../id'
import { describeError } from '../log'
import { ok, type Result, refused } from '../result'
import type { SaleRecord } from '../sales/record'
import { isRefused, runOnSale } from '../sales/run-on-sale'
import { type GivenProof, proofArgs, refusedProof } from '../units/proof'
import { joinClaim } from './join-claim'
import { orderScript } from './order.lua'
import { findOrder, findOrderRecord, getOrder, type OrderRecord } from './read'
import { unclaimedOrder } from './view'

/**
 * Turns the buyer's hold into an order and waits a moment for the ledger's decision. The same key always means the same
 * order (I4, I5): a late retry gets it back whatever became of the hold. `confirming` is no promise yet; `rejected`
 * means the ledger refused. Refused: hold_expired, already_ordered, key_reused (same key, other details); where a `proof`
 * is asked for, which the order uses up, captcha_required or captcha_failed.
 */
export async function order(
  ctx: Context,
  request: {
    sale: SaleRecord
    buyerId: string
    idempotencyKey: string
    checkout: Checkout
    proof?: GivenProof
  },
): Promise<Result<Order>> {
  const { sale, buyerId, idempotencyKey, checkout } = request
  const orderId = orderIdFor(sale.id, buyerId, idempotencyKey)
  const details = JSON.stringify(checkout, Object.keys(checkout).sort())
  const body = createHash('sha256').update(details).digest('base64url')
  // One for all that this request asks the ledger: while that is down, slow or out of connections, orders queue.
  const timeUp = wait(config.claim.waitMs, null, { ref: false })
  // Before the script, which would freeze the cart that the buyer of a late retry has filled meanwhile. When the ledger
  // does not say in time, the claim finds out if this one was known.
  const known = await inTime(findOrderRecord(ctx, orderId), timeUp)
  if (known) return again(ctx, known, body)
  const reply = await runOnSale(ctx, sale, (epoch) =>
    runScript(ctx.redis, orderScript, saleKeys(sale.id), {
      epoch,
      buyer: buyerId,
      order: orderId,
      body,
      details,
      ...proofArgs(request.proof),
    }),
  )
  if (!isRefused(reply) && reply.code === 'queued') {
    const decided = await inTime(decision(ctx, sale.id, orderId, timeUp), timeUp)
    return ok(decided ?? unclaimedOrder(ctx, sale, orderId, reply.lines, 'confirming', reply.now))
  }
  // The hold is gone or frozen: perhaps by this very order, a moment ago.
  const late = await findOrderRecord(ctx, orderId)
  if (late) return again(ctx, late, body)
  if (isRefused(reply)) return reply
  if (reply.code === 'captcha_required' || reply.code === 'captcha_failed')
    return refusedProof(request.proof, reply.code)
  return refused(reply.code)
}

async function again(ctx: Context, known: OrderRecord, body: string): Promise<Result<Order>> {
  return known.bodyHash === body ? ok((await getOrder(ctx, known.id)).order) : refused('key_reused')
}

/** What the ledger answers, or null when it has not by then, or says itself that it can't. */
async function inTime<T>(asked: Promise<T | null>, timeUp: Promise<null>): Promise<T | null> {
  try {
    return await Promise.race([asked, timeUp])
  } catch (error) {
    if (isLedgerBusy(error)) return null
    throw error
  }
}

/** What the ledger decided about a queued order; null when it did not within the time a request may wait. */
async function decision(
  ctx: Context,
  saleId: string,
  orderId: string,
  timeUp: Promise<null>,
): Promise<Order | null> {
  let waiting = true
  timeUp.then(() => {
    waiting = false
  })
  // The claim may fail after its commit, carrying the decision back to Redis: the ledger is asked all the same.
  await joinClaim(ctx, saleId).catch((error: unknown) => {
    if (!isPassing(error) && !isLedgerBusy(error)) throw error
    ctx.log.warn({ saleId, ...describeError(error) }, 'a claim failed: its orders are left to a worker')
  })
  while (waiting) {
    const found = await findOrder(ctx, orderId)
    if (found) return found.order
    // Another process took our entry; its claim commits within milliseconds.
    await wait(config.claim.waitPollMs)
  }
  return null
}
