import { expect, test } from 'vitest'
import { thresholdAt } from '../../../lib/segments'
import { Random } from '../../capacity/random'
import { gatherDay, type Kind, type Shopper } from './cast'
import { isExplained, judgeChances, judgeOrder, turnOf } from './fairness'

const cast = { joiners: 2_000, late: 50, abandon: 0.1, robots: 200, identities: 10, seed: 5 }

/** A day on which the places are drawn, with so many lots in the urn for a robot. */
function drawDay(lotsOfRobots: number, seed: number): Shopper[] {
  const random = new Random(seed)
  const shoppers = gatherDay({ ...cast, seed })
  const lots = (each: Shopper) => (each.kind === 'robot' ? lotsOfRobots : 1)
  const drawn = shoppers
    .filter(({ isLate, leaves }) => !isLate && leaves === null)
    .map((each) => ({ each, draw: random.next() ** (1 / lots(each)) }))
    .toSorted((a, b) => b.draw - a.draw)
  for (const { each } of drawn.slice(0, 250)) each.bought = 1
  return shoppers
}

test('a fair draw never raises the alarm, and robots with four lots each always do', () => {
  for (let seed = 1; seed <= 20; seed++) {
    expect(judgeChances(drawDay(1, seed)).isRobotAbove, `fair, seed ${seed}`).toBe(false)
    expect(judgeChances(drawDay(4, seed)).isRobotAbove, `unfair, seed ${seed}`).toBe(true)
  }
})

test('k identities have k times the chance of one, and nobody who left or came late is compared', () => {
  const chances = judgeChances(drawDay(1, 1))
  expect(chances.many.of).toBe(20)
  expect(chances.manyIdentity.of).toBe(200)
  expect(chances.many.share).toBeGreaterThan(3 * chances.robot.share)
  expect(chances.person.of).toBeLessThan(cast.joiners)
  expect(chances.alarmFrom).toBeGreaterThan(chances.person.share)
})

test('the same seed gathers the same day', () => {
  expect(gatherDay(cast)).toEqual(gatherDay(cast))
  const leaving = gatherDay(cast).filter(({ leaves }) => leaves !== null)
  expect(leaving.every(({ kind }) => kind === 'person')).toBe(true)
  // Binomial of 2,050 with 0.1: within six standard deviations.
  expect(Math.abs(leaving.length - 205)).toBeLessThan(82)
})

const segments = [
  { atMs: 2_000, base: 0, rate: 20 },
  { atMs: 4_000, base: 40, rate: 0 },
  { atMs: 6_000, base: 40, rate: 10 },
]

test('the turn of a place is the moment at which the segments reach it', () => {
  expect([0, 10, 39, 40, 45].map((place) => turnOf(segments, place))).toEqual([
    2_000, 2_500, 3_950, 6_000, 6_500,
  ])
  expect(turnOf([{ atMs: 0, base: 5, rate: 0 }], 5)).toBeUndefined()
  for (const place of [3, 17, 44]) {
    const turn = turnOf(segments, place) as number
    expect(thresholdAt(segments, turn + 1)).toBeGreaterThan(place)
    expect(thresholdAt(segments, turn - 1)).toBeLessThan(place)
  }
})

const admittedInOrder = (delayMs: (at: number) => number) =>
  Array.from({ length: 40 }, (_, at) => ({
    ...{ kind: 'person' as Kind, place: at, draw: at / 100 },
    atMs: (turnOf(segments, at) as number) + delayMs(at),
  }))

test('admissions in the order of the draw are found in order, late, early and denied ones are found as well', () => {
  expect(
    judgeOrder(
      admittedInOrder(() => 100),
      segments,
    ),
  ).toMatchObject({
    ...{ admissions: 40, rankCorrelation: 1, greatestInversionMs: 0, early: 0, denied: 0 },
  })
  const late = admittedInOrder((at) => (at === 10 ? 1_000 : 100))
  expect(judgeOrder(late, segments).greatestInversionMs).toBe(850)
  expect(isExplained(judgeOrder(late, segments))).toBe(true)
  const seenAtOnce = late.map((each) => ({ ...each, seenAtMs: turnOf(segments, each.place), askedMs: 5 }))
  expect(isExplained(judgeOrder(seenAtOnce, segments))).toBe(false)
  expect(
    judgeOrder(
      admittedInOrder((at) => (at === 30 ? -900 : 100)),
      segments,
    ).early,
  ).toBe(1)
  const backwards = admittedInOrder((at) => 4_000 - 100 * at)
  expect(judgeOrder(backwards, segments).rankCorrelation).toBeLessThan(-0.9)
  const waiting = { kind: 'robot' as const, place: 10, draw: 0.1 }
  expect(judgeOrder([{ ...waiting, notYetAtMs: 2_400 }], segments).denied).toBe(0)
  expect(judgeOrder([{ ...waiting, notYetAtMs: 2_900 }], segments).denied).toBe(1)
  // Somebody whom the segments never reached.
  expect(judgeOrder([{ ...waiting, place: 99, atMs: 0 }], segments.slice(0, 1)).early).toBe(1)
})
