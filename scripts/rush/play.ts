import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from '../../lib/context'
import { verifySale } from '../../lib/repairs/verify'
import type { SaleRecord } from '../../lib/sales/record'
import type { Buyer } from './buyer'
import type { Chaos } from './chaos'
import type { Client } from './client'
import { compare } from './compare'
import { gather, type Pace, runCrowd, sellTheRest, type Tally } from './crowd'
import { untilHealed } from './heal'
import { History } from './history'
import { Meter } from './meter'
import { type Screen, showProgress } from './progress'
import { countEnds, type Report } from './report'
import { readLive, type Shop } from './shop'
import { Slots } from './slots'

type Plan = { buyers: number; concurrency: number; client: Client; chaos: Chaos | null; screen?: Screen }

/**
 * Giving up must mean that the shop hangs, not that this machine is slow. When processes die buyers are more patient,
 * and take their time between two steps, so that every death meets some of them there.
 */
const tempers = {
  calm: { giveUpMs: 180_000, patienceMs: 10_000, dawdleMs: 0 },
  chaos: { giveUpMs: 180_000, patienceMs: 20_000, dawdleMs: 800 },
}

/** The part of the chaos during which the stock is sold; those who come too late for it storm in during the rest. */
const stockLasts = 0.85

/** Plays a crowd against the running shop and reports what it saw, what both stores say, and whether they agree. */
export async function play(ctx: Context, sale: SaleRecord, plan: Plan): Promise<Report> {
  const { client, chaos } = plan
  const [item] = sale.items
  if (!item) throw new Error('The sale has no items.')
  const shop: Shop = {
    ...{
      slug: sale.slug,
      itemId: item.id,
      hasRoom: sale.room !== null,
      client,
      meter: new Meter(),
      slots: new Slots(plan.concurrency),
    },
    ...tempers[chaos ? 'chaos' : 'calm'],
  }
  const { available, held } = await untilOpen(shop)
  const buyers = gather(plan.buyers, item.limitPerBuyer)
  const wanted = buyers.reduce((sum, buyer) => sum + buyer.wanted, 0)
  // What is in other carts at the start may come back while the crowd is there, or not.
  const expected = { least: Math.min(available, wanted), most: Math.min(available + held, wanted) }
  const history = new History()
  const tally: Tally = { buyers: plan.buyers, arrived: 0, sold: 0, refused: 0, failed: 0, left: 0 }
  const begun = performance.now()
  const progress = showProgress(tally, shop.meter, plan.screen)
  try {
    const pace = chaos ? paceBy(chaos, buyers, available) : undefined
    const [{ visits, crowdOverAt }] = await Promise.all([
      runCrowd(shop, history, { buyers, tally, pace }).then((all) => ({
        visits: all,
        crowdOverAt: performance.now(),
      })),
      chaos?.run(({ target, backMs }) => progress.note(describeReturn(target, backMs))),
    ])
    if (chaos) progress.note('the chaos and the crowd are over: waiting for every invariant to hold …')
    const healing = chaos && (await untilHealed(ctx, sale, Math.max(crowdOverAt, chaos.lastFaultAt)))
    const ends = await sellTheRest(shop, history, visits, { expected: expected.most, tally })
    const seconds = (performance.now() - begun) / 1_000
    progress.note('holding Redis, the ledger, the provider and the crowd against each other …')
    const verify = await verifySale(ctx, sale)
    const differences = await compare(ctx, sale.id, history, buyers)
    const paid = history.all().filter((seen) => seen.state === 'paid')
    const untilLastMs = Math.max(1, history.lastPaidAt - begun)
    const { soldTo, refused, failed } = countEnds(ends)
    const report = {
      ...{ sale: sale.slug, buyers: plan.buyers, available, wanted, seconds, refused, failed },
      sold: { buyers: soldTo, units: history.paidUnits() },
      ...{ retries: shop.meter.retries, faults: shop.meter.faults, latencies: shop.meter.latencies() },
      purchasesPerSecond: (paid.length * 1_000) / untilLastMs,
      chaos: chaos && healing && { faults: chaos.faults, ...healing },
      verify,
    }
    const wrong = [...judge(report, expected), ...differences]
    return { ...report, ok: wrong.length === 0, wrong }
  } finally {
    progress.stop()
  }
}

/** Waits for an upcoming sale; answers how many units are free and in carts. Throws when it is over. */
async function untilOpen(shop: Shop): Promise<{ available: number; held: number }> {
  for (let told = false; ; await sleep(100)) {
    const { phase, item, opensAt } = await readLive(shop)
    if (phase === 'closed') throw new Error(`The sale "${shop.slug}" has ended: nobody can buy anything.`)
    if (phase !== 'upcoming') return item
    if (!told) console.error(`The crowd waits: "${shop.slug}" opens at ${opensAt}.`)
    told = true
  }
}

/** Lets the buyers whose wishes use up the stock come evenly while the chaos lasts, and everybody else at its end. */
function paceBy(chaos: Chaos, buyers: Buyer[], available: number): Pace {
  let units = 0
  let enough = buyers.findIndex((buyer) => {
    units += buyer.wanted
    return units >= available
  })
  if (enough <= 0) enough = buyers.length
  return async (number) => {
    while (chaos.share() < stockLasts * Math.min(1, number / enough)) await sleep(20)
  }
}

const describeReturn = (target: string, backMs: number | null) =>
  backMs === null ? `${target}: killed, not back in time` : `${target}: killed, back after ${backMs} ms`

/** What must not be, a sentence each. */
function judge(report: Omit<Report, 'ok' | 'wrong'>, expected: { least: number; most: number }): string[] {
  const wrong: string[] = []
  const count = (counts: Record<string, number>) => Object.values(counts).reduce((a, b) => a + b, 0)
  if (count(report.failed) > 0) wrong.push(`${count(report.failed)} buyers got no definite answer.`)
  if (count(report.faults) > 0) wrong.push(`${count(report.faults)} answers are not in the contract.`)
  const { units } = report.sold
  if (units < expected.least) wrong.push(`${units} units are sold, ${expected.least} should be.`)
  if (units > expected.most) wrong.push(`${units} units are sold, ${expected.most} at most should be.`)
  if (!report.verify.ok) wrong.push('Not every invariant holds.')
  if (report.chaos?.healedAfterMs === null) wrong.push('Not everything had healed 15 s after the last fault.')
  if (report.chaos?.faults.some(({ backMs }) => backMs === null)) wrong.push('Not every process came back.')
  return wrong
}
