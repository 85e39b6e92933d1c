import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expireHolds } from '../../../lib/holds/expire'
import { expireOrders } from '../../../lib/orders/end'
import { paceRoom } from '../../../lib/rooms/pace'
import type { SaleRecord } from '../../../lib/sales/record'
import { mintSale, openShop, type Shop } from '../../../tests/shop'
import { sized } from '../../../tests/size'
import { WrongArguments } from '../../wrong-arguments'
import { serveForTests } from '../serve-for-tests'
import type { Cast } from './cast'
import { chartOf } from './chart'
import { describeDay } from './describe'
import { playDay } from './play'

let shop: Shop
let served: Awaited<ReturnType<typeof serveForTests>>
beforeAll(async () => {
  shop = await openShop({ CAPTCHA_COST: '1' })
  served = await serveForTests(shop)
})
afterAll(async () => {
  await served.close()
  await shop.close()
})

const cast: Cast = { joiners: 120, late: 10, abandon: 0.1, robots: 20, identities: 10, seed: 1 }

/** Long enough for the work of joining, also where everything else runs at the same time. */
const opensIn = (seconds: number) => new Date(Date.now() + seconds * 1_000)
const soon = { limit: 1, holdSeconds: 6, paySeconds: 6 }

/** The day of a sale, and what a worker does for it meanwhile. */
async function spend(sale: SaleRecord, of: Partial<Cast> = {}, minutes = 2) {
  let isOver = false
  async function work() {
    while (!isOver) {
      for (const job of [paceRoom, expireHolds, expireOrders]) await job(shop, sale.id)
      await sleep(200)
    }
  }
  const day = playDay(shop, sale, {
    ...{ cast: { ...cast, ...of }, minutes, concurrency: 20, url: served.url },
    screen: { write: () => {} },
  }).finally(() => {
    isOver = true
  })
  const [report] = await Promise.all([day, work()])
  return report
}

/** A day ends by itself: this is for one that does not. */
const timeout = sized(180_000, 900_000)

describe('a whole day', { timeout }, () => {
  test('I17: through the room all is sold in the order of the draw, and robots that hammer have no better chance', async () => {
    const sale = await mintSale(shop, {
      ...{ ...soon, allocation: sized(24, 500), room: true, opensAt: opensIn(sized(8, 240)) },
    })
    const report = await spend(sale, { joiners: sized(120, 20_000), robots: sized(20, 200) }, sized(2, 8))
    expect(report).toMatchObject({ ok: true, wrong: [], failed: {}, faults: {}, over: 0 })
    expect(report.sold.person + report.sold.robot + report.sold.many).toBe(sized(24, 500))
    expect(report.chances.isRobotAbove).toBe(false)
    expect(report.order).toMatchObject({ early: 0 })
    expect(report.order?.rankCorrelation).toBeGreaterThan(0.5)
    // They did hammer, each of their short cuts was tried, and none led anywhere.
    expect(report.robots.perSecond).toBeGreaterThan(3 * report.robots.pagePerSecond)
    expect(report.robots.letIn).toBe(0)
    for (const strike of ['no admission', 'admission of another', 'forged admission', 'forged headers']) {
      expect(report.robots.answers[strike]?.not_admitted, strike).toBeGreaterThan(0)
    }
    expect(report.robots.answers['ticket of another']?.forbidden).toBeGreaterThan(0)
    expect(describeDay(report, 'EUR')).toContain('not above')
    expect(chartOf(report).match(/<circle/g)?.length).toBeGreaterThan(24)
  })

  test('without a room robots that hammer beat people, and the measure says so', async () => {
    const sale = await mintSale(shop, { ...soon, allocation: 10, opensAt: opensIn(6) })
    const report = await spend(sale, { abandon: 0, late: 0 })
    expect(report.failed).toEqual({})
    expect(report.chances.isRobotAbove).toBe(true)
    expect(report.wrong).toEqual(['A robot with one identity has a better chance than a person.'])
    expect(report.ok).toBe(false)
    expect(report.order).toBeNull()
    expect(describeDay(report, 'EUR')).toContain('ABOVE')
    expect(chartOf(report)).toContain('ABOVE')
  })
})

test('a day that cannot be prepared before the opening, or whose sale has opened, is refused in a sentence', async () => {
  const soonOpen = await mintSale(shop, { room: true, opensAt: opensIn(20) })
  await expect(spend(soonOpen, { joiners: 100_000 })).rejects.toThrow(
    /^100040 who come .* need .* or more .* CAPTCHA_COST/,
  )
  const open = await mintSale(shop, { room: true })
  await expect(spend(open)).rejects.toThrow(WrongArguments)
})
