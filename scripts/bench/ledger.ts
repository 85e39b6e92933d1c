import { performance } from 'node:perf_hooks'
import { config } from '../../lib/config'
import type { Context } from '../../lib/context'
import { claim } from '../../lib/orders/claim'
import type { Entry } from '../../lib/orders/entry'
import type { EntrySource } from './entries'
import { type Rivals, rivalConnections } from './rivals'

/** More than this a second no ledger here takes; it bounds what is prepared before the clock starts. */
export const mostPerSecond = { claim: 30_000, insert: 80_000, oneByOne: 8_000 }

/**
 * Feeds `step` with what the source has prepared, from so many loops, until the time is over or the work is. Answers
 * how many steps ended, a second.
 */
async function timed<T>(concurrency: number, seconds: number, work: T[], step: (one: T) => Promise<unknown>) {
  let begun = 0
  const start = performance.now()
  const until = start + seconds * 1000
  const loop = async () => {
    while (performance.now() < until) {
      const one = work[begun]
      if (one === undefined) return
      begun += 1
      await step(one)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, loop))
  return { begun, perSecond: begun / ((performance.now() - start) / 1000) }
}

type Batched = { source: EntrySource; concurrency: number; seconds: number }

async function inBatches(
  { source, concurrency, seconds }: Batched,
  most: number,
  step: (batch: Entry[]) => Promise<unknown>,
) {
  const batches = source.take(Math.ceil((seconds * most) / config.claim.batchSize))
  const { begun, perSecond } = await timed(concurrency, seconds, batches, step)
  source.giveBack(batches.slice(begun))
  return perSecond * config.claim.batchSize
}

/** Orders a second through the verb itself, in batches as the stream delivers them. */
export const measureClaim = (ctx: Context, saleId: string, batched: Batched) =>
  inBatches(batched, mostPerSecond.claim, async (batch) => {
    const states = await claim(ctx, saleId, batch)
    if (batch.some(({ orderId }) => states.get(orderId) !== 'awaiting_payment')) {
      throw new Error('The ledger refused an order of the bench.')
    }
  })

/** The same rows in the same batches, put into tables of the same form by nothing but four inserts. */
export const measureInsert = (rivals: Rivals, saleId: string, batched: Batched) =>
  inBatches(batched, mostPerSecond.insert, (batch) => rivals.insert(saleId, batch))

/** One transaction an order, from as many loops as the pool has connections. */
export async function measureOneByOne(
  source: EntrySource,
  seconds: number,
  sell: (entry: Entry) => Promise<unknown>,
) {
  const batches = source.take(Math.ceil(seconds * mostPerSecond.oneByOne))
  const step = ([entry]: Entry[]) => (entry ? sell(entry) : Promise.resolve())
  const { begun, perSecond } = await timed(rivalConnections, seconds, batches, step)
  source.giveBack(batches.slice(begun))
  return perSecond
}
