import { expect, test } from 'vitest'
import { sized } from '../../tests/size'
import { shippedCosts } from './costs'
import type { Outcome } from './outcome'
import type { Scenario } from './scenario'
import { simulate } from './simulate'

const usual: Scenario = {
  ...{ shoppers: 3_000, stock: 200, limit: 2, room: true, rate: undefined, cdn: 0.99, arrivalSeconds: 60 },
  ...{ throughPages: false, holdMs: 300_000, abandonShare: 0.1, declineShare: 0.05, seed: 1 },
  ...{ machines: 1, cores: 4, processes: 4, together: false },
}
const play = (wish: Partial<Scenario> = {}) => simulate({ ...usual, ...wish }, shippedCosts)
const ended = ({ ends }: Outcome) => Object.values(ends).reduce((sum, of) => sum + of, 0)

test.each([
  ['through a room', {}],
  ['without a room', { room: false }],
  [
    'through the pages of a shop that is far too small',
    { throughPages: true, room: false, processes: 1, cores: 1 },
  ],
  ['with more stock than anybody wants', { stock: 50_000 }],
  ['all on one machine', { together: true, cores: 2 }],
  ['with short holds', { holdMs: 20_000 }],
])('%s, everybody ends somewhere and no unit is sold twice', (_, wish) => {
  const outcome = play(wish)
  expect(ended(outcome)).toBe(usual.shoppers)
  expect(outcome.units.sold).toBeLessThanOrEqual(outcome.scenario.stock)
  expect(outcome.units.sold).toBeGreaterThanOrEqual(outcome.ends.bought)
  expect(outcome.units.sold).toBeLessThanOrEqual(outcome.ends.bought * usual.limit)
  expect(outcome.timeline.at(-1)).toMatchObject({ sold: outcome.units.sold, held: 0 })
})

test.each([true, false])('where nobody lets go of a cart, a crowd buys everything (room: %s)', (room) => {
  const outcome = play({ room, abandonShare: 0, declineShare: 0, holdMs: 3_600_000 })
  expect(outcome.units).toEqual({ sold: usual.stock, left: 0 })
  expect(outcome.soldOutSeconds).toBeGreaterThan(outcome.emptySeconds ?? Number.NaN)
  // What was let go of does not always find somebody: the line above could fail.
  expect(play({ room: false, abandonShare: 0.9, shoppers: 400 }).units.left).toBeGreaterThan(0)
})

test('the same seed is the same sale, another seed another one', () => {
  expect(play()).toEqual(play())
  expect(play({ seed: 2 }).waits).not.toEqual(play().waits)
})

test('more processes never take longer, beyond what chance does', () => {
  const storm = { shoppers: sized(8_000, 40_000), room: false, abandonShare: 0, stock: 2_000, limit: 1 }
  const empty = [1, 2, 4, 8].map(
    (processes) => play({ ...storm, processes, cores: processes }).emptySeconds ?? 0,
  )
  for (const [at, seconds] of empty.entries()) {
    expect(seconds).toBeLessThanOrEqual((empty[at - 1] ?? Number.POSITIVE_INFINITY) * 1.05)
  }
  // The smallest shop is really too small, else this would say nothing.
  expect(empty[0]).toBeGreaterThan(1.3 * (empty[3] ?? 0))
})

test('a room bounds the load of the stores, and without one the same crowd floods them', () => {
  const storm = { shoppers: sized(20_000, 100_000), stock: 300, limit: 1, processes: 8, cores: 8 }
  const [bounded, flooded] = [play(storm), play({ ...storm, room: false })]
  const reserves = ({ calls }: Outcome) =>
    [calls.reserve, calls.emptyNow].reduce((sum, of) => sum + (of ? of.count + of.inBulk : 0), 0)
  expect(reserves(bounded)).toBeLessThan(5 * storm.stock)
  expect(reserves(flooded)).toBeGreaterThan(5 * reserves(bounded))
})

test('a rate that the merchant has set is the rate of the room', () => {
  const { waits, emptySeconds } = play({ rate: 10, abandonShare: 0, declineShare: 0, limit: 1 })
  // 200 units at ten a second, after the two seconds and more until the first segment begins.
  expect(emptySeconds).toBeGreaterThan(20)
  expect(emptySeconds).toBeLessThan(40)
  expect(waits.room.count).toBeGreaterThanOrEqual(usual.stock)
})

test('a shop that has too much to do says "try again" and goes on', () => {
  const tiny = play({ room: false, throughPages: true, processes: 1, cores: 1, shoppers: 6_000 })
  expect(Object.values(tiny.calls).reduce((sum, { shed }) => sum + shed, 0)).toBeGreaterThan(0)
  expect(tiny.parts.servers.peak).toBeGreaterThan(0.95)
  expect(tiny.ends.bought).toBeGreaterThan(0)
})

test('without a CDN every poll reaches the shop', () => {
  const [kept, open] = [play({ cdn: 0.99 }), play({ cdn: 0 })]
  expect(open.fromCdn).toBe(0)
  expect(open.calls.live?.inBulk).toBeGreaterThan(5 * (kept.calls.live?.inBulk ?? 0))
})
