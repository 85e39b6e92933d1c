import { setTimeout as sleep } from 'node:timers/promises'
import { WrongArguments } from '../../wrong-arguments'
import { introduce } from '../buyer'
import type { Tally } from '../crowd'
import { askWork, doWork } from '../proof'
import type { Shop } from '../shop'
import type { Cast, Shopper } from './cast'
import type { Day } from './day'
import { callsPerSecond } from './robots'
import { type DayEnd, spendDay } from './visit'

/** A part of the time until the opening is left for a machine that is late, and nobody comes in its last moment. */
const comingShare = 0.9
const readyMs = 2_000
/** Those who come late do so within this time. */
const lateMs = 60_000

/** Identity, challenge and joining, on top of the proof. */
const callsMs = 0.5
const proofsTimed = 8

export type DayEnds = { shopper: Shopper; end: DayEnd }[]

/** Everybody's day: those who come before the opening, evenly, and those who come after it. */
export async function come(
  day: Day,
  shoppers: Shopper[],
  { tally, cast, minutes }: { tally: Tally; cast: Cast; minutes: number },
): Promise<DayEnds> {
  const { edge, opensAtMs, pages, robots, shop } = day
  const ends: Promise<DayEnds[number]>[] = []
  const begin = (shopper: Shopper): Promise<DayEnd> => {
    if (shopper.kind === 'person') return spendDay(day, shopper)
    return robots.hammer(day, shopper, callsPerSecond / (shopper.kind === 'many' ? cast.identities : 1))
  }
  async function arrive(some: Shopper[], fromMs: number, forMs: number) {
    for (const shopper of some) {
      await sleep(Math.max(0, fromMs + shopper.comesAt * forMs - edge.now()))
      await shop.slots.take()
      tally.arrived += 1
      const visit = begin(shopper).then((end) => {
        if (end.state !== 'over') tally[end.state] += 1
        return { shopper, end }
      })
      visit.catch(() => {})
      ends.push(visit)
    }
  }
  const nowMs = edge.now()
  const closing = setTimeout(() => pages.close(), opensAtMs - nowMs + minutes * 60_000)
  try {
    await Promise.all([
      arrive(
        shoppers.filter(({ isLate }) => !isLate),
        ...([nowMs, (opensAtMs - nowMs - readyMs) * comingShare] as const),
      ),
      arrive(
        shoppers.filter(({ isLate }) => isLate),
        ...([opensAtMs, Math.min(lateMs, minutes * 60_000)] as const),
      ),
    ])
    return await Promise.all(ends)
  } finally {
    clearTimeout(closing)
  }
}

/**
 * Says how long the joining takes. Throws when not everybody can have joined by the opening, because the work costs this
 * machine too much.
 */
export async function expectTime({ shop, edge, opensAtMs }: Day, shoppers: Shopper[]): Promise<string> {
  const leftMs = opensAtMs - edge.now()
  if (leftMs <= 0) {
    throw new WrongArguments(
      `"${shop.slug}" has opened: a day begins before that, as with "npm run sale -- create … --room --opens +3m".`,
    )
  }
  const early = shoppers.filter(({ isLate }) => !isLate).length
  const proofMs = shop.hasRoom ? await timeProof(shop) : 0
  const neededMs = early * (proofMs + callsMs)
  const told =
    `${early} who come before the opening need ${inWords(neededMs)} or more (${proofMs.toFixed(1)} ms for a proof), ` +
    `and "${shop.slug}" opens in ${inWords(leftMs)}`
  if (neededMs > (leftMs - readyMs) * comingShare) {
    throw new WrongArguments(
      `${told}: let it open later, let fewer come (--joiners), or run the shop with CAPTCHA_COST=10.`,
    )
  }
  return `${told}.`
}

/** What a proof costs this processor on average, whatever else it does: whoever refuses a day for it must be sure. */
async function timeProof(shop: Shop): Promise<number> {
  const scout = { number: 0, manner: 'plain' as const, wanted: 0, bought: 0, buyerId: '', token: '' }
  await introduce(shop, scout)
  let microseconds = 0
  for (let proof = 0; proof < proofsTimed; proof++) {
    const work = await askWork(shop, scout, 'join')
    const before = process.cpuUsage()
    await doWork(work)
    microseconds += process.cpuUsage(before).user
  }
  return microseconds / proofsTimed / 1_000
}

const inWords = (ms: number) =>
  ms < 120_000 ? `${Math.ceil(ms / 1_000)} s` : `${Math.ceil(ms / 60_000)} minutes`
