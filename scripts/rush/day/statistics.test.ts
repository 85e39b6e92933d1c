import { expect, test } from 'vitest'
import { Random } from '../../capacity/random'
import { byChance, chanceOf, greatestInversion, rankCorrelation } from './statistics'

test('a chance lies within its bounds by Wilson, for none, some and all', () => {
  expect(chanceOf(5, 10)).toMatchObject({
    share: 0.5,
    from: expect.closeTo(0.2366, 4),
    to: expect.closeTo(0.7634, 4),
  })
  expect(chanceOf(0, 10)).toMatchObject({ share: 0, from: 0, to: expect.closeTo(0.2775, 4) })
  expect(chanceOf(10, 10)).toMatchObject({
    share: 1,
    from: expect.closeTo(0.7225, 4),
    to: expect.closeTo(1, 4),
  })
  expect(chanceOf(0, 0)).toMatchObject({ from: 0, to: 1 })
})

test('the luck of robots is counted exactly: in how many of all ways of drawing they win as often or more', () => {
  const five = { everybody: 10, winners: 5, robots: 5 }
  expect(byChance({ ...five, won: 5 })).toBeCloseTo(1 / 252, 10)
  expect(byChance({ ...five, won: 4 })).toBeCloseTo(26 / 252, 10)
  expect(byChance({ ...five, won: 0 })).toBeCloseTo(1, 10)
  expect(byChance({ everybody: 20_000, winners: 500, robots: 200, won: 40 })).toBeLessThan(1e-20)
})

test('rank correlation is 1 in order, -1 in reverse, about 0 by chance, and nothing where there is no order', () => {
  const line = Array.from({ length: 50 }, (_, at) => at)
  expect(rankCorrelation(line.map((at) => [at, at ** 3]))).toBeCloseTo(1, 10)
  expect(rankCorrelation(line.map((at) => [at, -at]))).toBeCloseTo(-1, 10)
  const random = new Random(7)
  expect(Math.abs(rankCorrelation(line.map((at) => [at, random.next()])) ?? 1)).toBeLessThan(0.5)
  expect(rankCorrelation(line.map((at) => [at, 3]))).toBeNull()
  // With a tie, by hand: ranks 0.5, 0.5, 2 against 0, 1, 2.
  expect(
    rankCorrelation([
      [1, 10],
      [1, 20],
      [2, 30],
    ]),
  ).toBeCloseTo(Math.sqrt(3) / 2, 10)
})

test('the greatest inversion is the longest that anybody came after somebody behind them', () => {
  expect(
    greatestInversion([
      [1, 10],
      [2, 20],
      [3, 30],
    ]),
  ).toBe(0)
  expect(
    greatestInversion([
      [3, 12],
      [1, 10],
      [2, 25],
    ]),
  ).toBe(13)
  expect(greatestInversion([])).toBe(0)
})
