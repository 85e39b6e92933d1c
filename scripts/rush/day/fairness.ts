import type { Segment } from '../../../lib/segments'
import { type Latency, latencyOf } from '../meter'
import type { Kind, Shopper } from './cast'
import { byChance, type Chance, chanceOf, greatestInversion, rankCorrelation } from './statistics'

/**
 * A robot's chance counts as above a person's when luck alone would give robots as many units once in so many
 * rehearsals: rare enough that an alarm means something.
 */
const alarmOnceIn = 100_000

/** Two processes may differ by this much about the time. */
const clockMs = 250

/** Somebody in the room, with times in ms since the opening; those who were never admitted have no `atMs`. */
export type Admission = {
  kind: Kind
  place: number
  draw: number | null
  atMs?: number | undefined
  seenAtMs?: number | undefined
  askedMs?: number | undefined
  notYetAtMs?: number | undefined
}

/** How the order of admission followed the draw. */
export type Order = {
  admissions: number
  /** Of the draw and the moment of admission. */
  rankCorrelation: number | null
  /** The longest that a person waited after a person with a worse draw was admitted. */
  greatestInversionMs: number
  /** What it comes from: how long pages took to see their turn, and how long it took from there to the admission. */
  seen: Latency
  asked: Latency
  /** Admissions that were given before the turn, and those who were told "not yet" after it. */
  early: number
  denied: number
}

/** The moment at which the segments admit a place; undefined when they have not. */
export function turnOf(segments: Segment[], place: number): number | undefined {
  for (const [at, segment] of segments.entries()) {
    const ends = segments[at + 1]?.atMs ?? Number.POSITIVE_INFINITY
    const missing = place - segment.base
    if (missing < 0) return segment.atMs
    if (segment.rate === 0) continue
    const reached = segment.atMs + (missing / segment.rate) * 1_000
    if (reached < ends) return reached
  }
  return undefined
}

/** Holds the admissions against the draw and the segments of the room. */
export function judgeOrder(all: Admission[], segments: Segment[]): Order {
  const given = all.flatMap(({ atMs, ...each }) => (atMs === undefined ? [] : [{ ...each, atMs }]))
  const drawn = (some: typeof given) =>
    some.flatMap(({ draw, atMs }): [number, number][] => (draw === null ? [] : [[draw, atMs]]))
  const sinceTurn = ({ place }: Admission, atMs: number) =>
    atMs - (turnOf(segments, place) ?? Number.POSITIVE_INFINITY)
  const people = given.filter(({ kind }) => kind === 'person')
  const latency = (times: number[]) => latencyOf(times.toSorted((a, b) => a - b))
  return {
    admissions: given.length,
    rankCorrelation: rankCorrelation(drawn(given)),
    greatestInversionMs: Math.round(greatestInversion(drawn(people))),
    seen: latency(people.map((each) => Math.max(0, sinceTurn(each, each.seenAtMs ?? each.atMs)))),
    asked: latency(people.map(({ askedMs = 0 }) => askedMs)),
    early: given.filter((each) => sinceTurn(each, each.atMs) < -clockMs).length,
    denied: all.filter((each) => each.notYetAtMs !== undefined && sinceTurn(each, each.notYetAtMs) > clockMs)
      .length,
  }
}

/** Whether pages and answers explain how much later anybody came than somebody behind them. */
export const isExplained = ({ greatestInversionMs, seen, asked }: Order) =>
  greatestInversionMs <= seen.most + asked.most + clockMs

export type Chances = {
  /** People who were there before the opening and stayed. */
  person: Chance
  /** Robots with one identity, there before the opening as well. */
  robot: Chance
  /** Robots with several identities: whether any of them bought, and each identity for itself. */
  many: Chance
  manyIdentity: Chance
  /** How likely luck alone gives robots with one identity that much or more, and from what chance on that is an alarm. */
  byChance: number
  alarmFrom: number
  isRobotAbove: boolean
}

/** The chance to buy of people and of robots, of all who were there before the opening and wanted to stay. */
export function judgeChances(shoppers: Shopper[]): Chances {
  const those = shoppers.filter(
    (each) => !each.isLate && each.leaves === null && each.queueNumber === undefined,
  )
  const of = (kind: Kind) => those.filter((each) => each.kind === kind)
  const succeeded = (some: Shopper[]) => chanceOf(some.filter(({ bought }) => bought > 0).length, some.length)
  const [person, robot, manyIdentity] = [of('person'), of('robot'), of('many')].map(succeeded) as [
    Chance,
    Chance,
    Chance,
  ]
  const ownersOf = (some: Shopper[]) => new Set(some.map(({ owner }) => owner)).size
  const many = of('many')
  const drawnFrom = {
    everybody: person.of + robot.of,
    winners: person.succeeded + robot.succeeded,
    robots: robot.of,
  }
  const likelihood = byChance({ ...drawnFrom, won: robot.succeeded })
  return {
    ...{
      person,
      robot,
      manyIdentity,
      many: chanceOf(ownersOf(many.filter(({ bought }) => bought > 0)), ownersOf(many)),
    },
    byChance: likelihood,
    alarmFrom: robot.of === 0 ? 1 : alarmAt(drawnFrom) / robot.of,
    isRobotAbove: robot.of > 0 && robot.share > person.share && likelihood < 1 / alarmOnceIn,
  }
}

/** The lowest number of robots among the winners that would be an alarm. */
function alarmAt(drawnFrom: { everybody: number; winners: number; robots: number }): number {
  let won = Math.floor((drawnFrom.winners * drawnFrom.robots) / drawnFrom.everybody)
  while (won <= drawnFrom.robots && byChance({ ...drawnFrom, won }) >= 1 / alarmOnceIn) won += 1
  return won
}
