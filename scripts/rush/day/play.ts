import { asc, eq } from 'drizzle-orm'
import { roomSegments } from '../../../db/schema'
import type { Context } from '../../../lib/context'
import { verifySale } from '../../../lib/repairs/verify'
import type { SaleRecord } from '../../../lib/sales/record'
import { Random } from '../../capacity/random'
import { createClient } from '../client'
import { compare } from '../compare'
import { History } from '../history'
import { Meter } from '../meter'
import { type Screen, showProgress } from '../progress'
import type { Shop } from '../shop'
import { Slots } from '../slots'
import { type Cast, gatherDay } from './cast'
import { come, expectTime } from './come'
import type { Day } from './day'
import { Edge } from './edge'
import { Pages } from './pages'
import { type DayReport, reportDay } from './report'
import { Robots } from './robots'

export type DayPlan = {
  cast: Cast
  /** So long after the opening everybody goes home. */
  minutes: number
  concurrency: number
  url: string
  screen?: Screen
}

/** Robots have connections of their own, so that they stand in nobody's way but the shop's. */
const robotConnections = 64

/** People on the day are as patient with a slow answer as those of any rush; for units they wait as long as it lasts. */
const temper = { giveUpMs: 180_000, patienceMs: 0, dawdleMs: 0 }

/** Plays the whole day of a sale against the running shop, from before its opening until nobody waits any more. */
export async function playDay(ctx: Context, sale: SaleRecord, plan: DayPlan): Promise<DayReport> {
  const [item] = sale.items
  if (!item) throw new Error('The sale has no items.')
  const client = createClient(plan.url)
  const robotClient = createClient(plan.url, robotConnections)
  const shop: Shop = {
    ...{ slug: sale.slug, itemId: item.id, hasRoom: sale.room !== null, client, meter: new Meter() },
    ...{ slots: new Slots(plan.concurrency), ...temper },
  }
  const chance = new Random(plan.cast.seed + 1)
  const random = () => chance.next()
  const edge = await Edge.open(shop)
  const pages = new Pages(edge, random)
  const day: Day = {
    ...{ shop, saleId: sale.id, opensAtMs: Date.parse(edge.copy.opensAt), edge, pages, random },
    ...{ robots: new Robots(robotClient), history: new History() },
  }
  const shoppers = gatherDay(plan.cast)
  const tally = { buyers: shoppers.length, arrived: 0, sold: 0, refused: 0, failed: 0, left: 0 }
  try {
    const expected = await expectTime(day, shoppers)
    const begun = performance.now()
    const progress = showProgress(tally, shop.meter, plan.screen)
    try {
      progress.note(expected)
      const ends = await come(day, shoppers, { tally, ...plan })
      const seconds = (performance.now() - begun) / 1_000
      progress.note('holding Redis, the ledger, the provider and the crowd against each other …')
      return reportDay(day, plan.cast, {
        ...{ ends, seconds, available: edge.copy.item.available },
        segments: await ctx.db
          .select()
          .from(roomSegments)
          .where(eq(roomSegments.saleId, sale.id))
          .orderBy(asc(roomSegments.number)),
        verify: await verifySale(ctx, sale),
        differences: await compare(ctx, sale.id, day.history, shoppers),
      })
    } finally {
      progress.stop()
    }
  } finally {
    pages.close()
    await edge.close()
    client.close()
    robotClient.close()
  }
}
