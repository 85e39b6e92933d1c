import { eq, sql } from 'drizzle-orm'
import { runScript } from '../../db/define-script'
import { saleKeys } from '../../db/keys'
import { orders, sales } from '../../db/schema'
import type { Context } from '../context'
import { endOf } from '../orders/claim-next'
import { freeHold, settleHolds } from '../orders/end'
import type { OrderState } from '../orders/state'
import { isAnyWaiting } from '../orders/waiting'
import { repeatControl } from '../sales/control'
import { epochText } from '../sales/record'
import { boughtDifferences, soldDifferences } from './counts'
import { type Census, free, miscounted, type RedisReading, readRedis, takeCensus } from './reading'
import { rebuild } from './rebuild'
import { repairScript } from './repair.lua'

/** What the last reading of a sale found: only what two readings agree on is freed. */
export type Memory = { leaked: Set<string>; sold: Set<string>; loadingSince: number | null }
export const newMemory = (): Memory => ({ leaked: new Set(), sold: new Set(), loadingSince: null })

export type Repairs = { rebuilt: boolean; finished: number; withheld: number; restored: number }
const nothing: Repairs = { rebuilt: false, finished: 0, withheld: 0, restored: 0 }

/** A load that another process began and did not end for this long is begun again. */
const loadingTimeoutMs = 10_000

/** Counts of buyers that one repair corrects: bounds the script's time. */
const mostCounts = 1_000

/**
 * Holds Redis against the ledger and mends what differs, in the safe direction at once: a unit that the ledger or a
 * live hold owns is never freed; one that nobody has is freed after two equal readings (I7, I15). Redis that lost its
 * state, or has another epoch's, is loaded again from the ledger.
 */
export async function reconcile(ctx: Context, saleId: string, memory: Memory): Promise<Repairs> {
  // The ledger first: a sale that is loaded while this looks at it has another epoch then, and is not loaded again.
  const [sale] = await ctx.db.select().from(sales).where(eq(sales.id, saleId))
  if (sale?.state !== 'published') return nothing
  const redis = await readRedis(ctx, saleId)
  if (redis?.loading) memory.loadingSince ??= performance.now()
  else memory.loadingSince = null
  const stuck = memory.loadingSince !== null && performance.now() - memory.loadingSince > loadingTimeoutMs
  if (redis?.loading && !stuck) return nothing
  if (!redis || stuck || redis.epoch !== epochText(sale)) {
    ctx.log.warn({ saleId }, 'Redis lost this sale or has an older state of it: loading it from the ledger')
    memory.loadingSince = null
    return { ...nothing, rebuilt: await rebuild(ctx, saleId, sale.epoch) }
  }
  if (!isControlledAs(sale, redis)) await repeatControl(ctx, saleId)
  const census = await takeCensus(ctx, saleId, redis)
  const finished = await finishHolds(ctx, saleId, redis)
  const found = findings(census)
  const leaked = new Set(found.leaked.map((unit) => `${unit.item}:${unit.number}`))
  const restore = found.leaked.filter((unit) => memory.leaked.has(`${unit.item}:${unit.number}`))
  memory.leaked = leaked
  const differing = await soldDifferences(ctx, saleId, redis)
  const sold = differing.filter((each) => memory.sold.has(JSON.stringify(each)))
  memory.sold = new Set(differing.map((each) => JSON.stringify(each)))
  const boughtBy = sold.length > 0 ? await boughtDifferences(ctx, saleId) : []
  const recount = miscounted(redis).length > 0
  if (!recount && found.withhold.length + restore.length + sold.length === 0) return { ...nothing, finished }
  ctx.log.warn(
    { saleId, withhold: found.withhold.length, restore: restore.length, recount },
    'repairing units',
  )
  const repaired = await runScript(ctx.redis, repairScript, saleKeys(saleId), {
    epoch: redis.epoch,
    withhold: found.withhold,
    restore,
    recount: recount ? 'yes' : 'no',
    // `sold` last of all: as long as it differs, the next reading comes back to the rest.
    sold: boughtBy.length > mostCounts ? [] : sold,
    boughtBy: boughtBy.slice(0, mostCounts),
  })
  return { ...nothing, finished, ...repaired }
}

/** Redis opens, closes and pauses the sale as the ledger does (I11). */
const isControlledAs = (sale: typeof sales.$inferSelect, redis: RedisReading): boolean =>
  redis.paused === (sale.pausedAt !== null) &&
  redis.opensAt === sale.opensAt.getTime() &&
  redis.closesAt === sale.closesAt.getTime()

type Unit = { item: string; number: number }

/** Units nobody has, and units that are free here although the ledger gave them away. */
function findings(census: Census): { leaked: Unit[]; withhold: Unit[] } {
  const leaked: Unit[] = []
  const withhold: Unit[] = []
  for (const [item, marks] of census.marks) {
    for (let number = 1; number < marks.length; number++) {
      const mark = marks[number] ?? 0
      if (mark === 0) leaked.push({ item, number })
      else if (mark & free && mark !== free) withhold.push({ item, number })
    }
  }
  return { leaked, withhold }
}

/** Ends frozen holds whose order the ledger has ended: a process died between the two stores. */
async function finishHolds(ctx: Context, saleId: string, redis: RedisReading): Promise<number> {
  const frozen = redis.holds.filter(({ hold }) => hold.state === 'ordered')
  if (frozen.length === 0) return 0
  const someWait = await isAnyWaiting(ctx, saleId)
  const rows = await ctx.db.execute<{ id: string; state: OrderState }>(sql`
    select id, state from ${orders}
    where sale_id = ${saleId} and id = any(${sql.param(frozen.map(({ hold }) => hold.order ?? ''))}::text[])`)
  const states = new Map(rows.map((row) => [row.id, row.state]))
  let finished = 0
  for (const { buyer, hold } of frozen) {
    const order = hold.order ?? ''
    // Without a row it waits in the stream; if nothing does, its entry was lost or nobody could read it (I8).
    const state = states.get(order) ?? (someWait ? 'awaiting_payment' : 'rejected')
    const end = endOf(state)
    if (end === 'claimed') continue
    if (end === 'paid') await settleHolds(ctx, saleId, [{ buyer, order, end: 'paid', owned: [] }])
    else await freeHold(ctx, { saleId, orderId: order, buyerId: buyer, lines: hold.lines }, end)
    finished++
  }
  return finished
}
