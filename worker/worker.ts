import { setTimeout as wait } from 'node:timers/promises'
import { and, eq, sql } from 'drizzle-orm'
import { isLedgerBusy } from '../db/postgres'
import { isPassing } from '../db/redis'
import { orders, sales } from '../db/schema'
import { config } from '../lib/config'
import type { Context } from '../lib/context'
import { expireHolds } from '../lib/holds/expire'
import { describeError } from '../lib/log'
import { claimNext } from '../lib/orders/claim-next'
import { expireOrders } from '../lib/orders/end'
import { trimStream } from '../lib/orders/trim'
import { deliverSandboxEvents } from '../lib/payments/sandbox'
import { sweepPayments } from '../lib/payments/sweep'
import { type Memory, newMemory, reconcile } from '../lib/repairs/reconcile'
import { paceRoom } from '../lib/rooms/pace'

type Job = { name: string; everyMs: number; run(ctx: Context): Promise<void> }

/** What the worker looks after: published sales that are not long over, or of which something is unfinished. */
async function activeSales(ctx: Context): Promise<string[]> {
  const rows = await ctx.db
    .select({ id: sales.id })
    .from(sales)
    .where(
      and(
        eq(sales.state, 'published'),
        sql`(${sales.closesAt} > now() - make_interval(hours => ${config.worker.afterCloseHours})
          or exists (select from ${orders} o where o.sale_id = ${sales.id} and o.state in ('awaiting_payment', 'capturing')))`,
      ),
    )
  return rows.map((row) => row.id)
}

const eachSale = (run: (ctx: Context, saleId: string) => Promise<unknown>) => async (ctx: Context) => {
  for (const saleId of await activeSales(ctx)) await run(ctx, saleId)
}

/** What an order may have missed on its way: its process died, or answered before the ledger did. */
async function claimWaiting(ctx: Context, saleId: string) {
  while ((await claimNext(ctx, saleId, 'new')) > 0) {}
  while ((await claimNext(ctx, saleId, 'left')) > 0) {}
}

async function deliverWebhooks(ctx: Context) {
  const url = new URL('/api/v1/webhooks/sandbox', ctx.env.PUBLIC_URL)
  await deliverSandboxEvents(ctx.db, ctx.env.SANDBOX_WEBHOOK_SECRET, async (body, signature) => {
    const headers = { 'content-type': 'application/json', 'sandbox-signature': signature }
    const signal = AbortSignal.timeout(config.payment.providerTimeoutMs)
    // A shop that does not answer hears of it again: that is what deliveries are for.
    return fetch(url, { method: 'POST', body, headers, signal }).then(
      (response) => response.ok,
      () => false,
    )
  })
}

/** Reconciling reads a whole sale, so a large one is read less often: never more than a twentieth of the time. */
function reconciler(): Job['run'] {
  const known = new Map<string, { memory: Memory; nextAt: number }>()
  return eachSale(async (ctx, saleId) => {
    const state = known.get(saleId) ?? { memory: newMemory(), nextAt: 0 }
    known.set(saleId, state)
    const startedAt = performance.now()
    if (startedAt < state.nextAt) return
    await reconcile(ctx, saleId, state.memory)
    const tookMs = performance.now() - startedAt
    state.nextAt = performance.now() + Math.max(config.worker.reconcileTickMs, 20 * tookMs)
  })
}

const jobs = (): Job[] => [
  { name: 'claim', everyMs: config.worker.claimTickMs, run: eachSale(claimWaiting) },
  { name: 'expire holds', everyMs: config.worker.tickMs, run: eachSale(expireHolds) },
  { name: 'expire orders', everyMs: config.worker.tickMs, run: eachSale(expireOrders) },
  { name: 'waiting rooms', everyMs: 1_000, run: eachSale(paceRoom) },
  { name: 'payments', everyMs: 1_000, run: async (ctx) => void (await sweepPayments(ctx)) },
  { name: 'webhooks', everyMs: config.worker.tickMs, run: deliverWebhooks },
  { name: 'reconcile', everyMs: 1_000, run: reconciler() },
  { name: 'trim', everyMs: 60_000, run: eachSale(trimStream) },
]

/**
 * Runs every job of the worker until the returned function is called; it resolves when the running ones have ended.
 * Any number of workers may run: each job takes its work by compare-and-set, SKIP LOCKED or consumer group (I8).
 */
export function startWorker(ctx: Context): () => Promise<void> {
  const stop = new AbortController()
  const loops = jobs().map((job) => loop(ctx, job, stop.signal))
  return async () => {
    stop.abort()
    await Promise.all(loops)
  }
}

async function loop(ctx: Context, job: Job, signal: AbortSignal): Promise<void> {
  let failing = false
  while (!signal.aborted) {
    try {
      await job.run(ctx)
      if (failing) ctx.log.info({ job: job.name }, 'goes on')
      failing = false
    } catch (error) {
      // A store that is down is said once, not every tick; nothing is lost, the next tick does the same work.
      const passing = isPassing(error) || isLedgerBusy(error)
      if (!passing || !failing) {
        ctx.log[passing ? 'warn' : 'error']({ job: job.name, ...describeError(error) }, 'job failed')
      }
      failing = true
    }
    await wait(job.everyMs, undefined, { signal }).catch(() => {})
  }
}
