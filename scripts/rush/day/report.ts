import { drawOf } from '../../../lib/draw'
import type { Verification } from '../../../lib/repairs/verify'
import type { Segment } from '../../../lib/segments'
import { type Latency, latencyOf, type Meter } from '../meter'
import type { Cast, Kind, Leaving } from './cast'
import type { DayEnds } from './come'
import type { Day } from './day'
import { type Admission, type Chances, isExplained, judgeChances, judgeOrder, type Order } from './fairness'
import { placeOf } from './turn'

export type DayReport = {
  sale: string
  ok: boolean
  /** What went wrong, a sentence each; empty when `ok`. */
  wrong: string[]
  cast: Cast
  seconds: number
  /** Who had a place in the draw, and who of those before the opening came too late for it. */
  drawn: number
  tooLate: number
  sold: Record<Kind, number>
  /** Refusals, failures and those who left, of everybody. */
  refused: Record<string, number>
  failed: Record<string, number>
  left: Partial<Record<Leaving, number>>
  /** Sent home by the end of the day, and units that were free then. */
  over: number
  available: number
  /** Of people, from the opening on, in ms. */
  waits: { admission: Latency; paid: Latency }
  order: Order | null
  chances: Chances
  robots: {
    sent: number
    leftOut: number
    /** Calls a second of a robot with one identity, and reads a second of one page. */
    perSecond: number
    pagePerSecond: number
    letIn: number
    answers: Record<string, Record<string, number>>
  }
  latencies: ReturnType<Meter['latencies']>
  retries: Record<string, number>
  faults: Record<string, number>
  verify: Verification
  /** For charts: every admission, and the moments of payment, in ms since the opening. */
  admissions: Admission[]
  paidAfterMs: number[]
}

type Found = {
  ends: DayEnds
  seconds: number
  available: number
  segments: Segment[]
  verify: Verification
  differences: string[]
}

export function reportDay(day: Day, cast: Cast, found: Found): DayReport {
  const { shop, edge, pages, robots, opensAtMs } = day
  const shoppers = found.ends.map(({ shopper }) => shopper)
  const since = (ms: number) => ms - opensAtMs
  const seed = edge.copy.room?.seed ?? null
  const sinceMaybe = (ms: number | undefined) => (ms === undefined ? undefined : since(ms))
  const inRoom = shoppers.flatMap((shopper): Admission[] => {
    const { kind, queueNumber, buyerId, askedMs } = shopper
    const place = shopper.ticket ? placeOf(day, shopper, edge.copy) : undefined
    if (place === undefined || seed === null) return []
    const draw = queueNumber === undefined ? drawOf(seed, day.saleId, buyerId) : null
    const times = { atMs: sinceMaybe(shopper.admittedAtMs), seenAtMs: sinceMaybe(shopper.seenAtMs) }
    return [{ kind, place, draw, askedMs, ...times, notYetAtMs: sinceMaybe(shopper.notYetAtMs) }]
  })
  const segments = found.segments.map((segment) => ({ ...segment, atMs: since(segment.atMs) }))
  const people = shoppers.filter(({ kind }) => kind === 'person')
  const waitOf = (times: (number | undefined)[]) =>
    latencyOf(times.flatMap((ms) => (ms === undefined ? [] : [since(ms)])).toSorted((a, b) => a - b))
  const paidAfterMs = shoppers.flatMap(({ paidAtMs }) => (paidAtMs === undefined ? [] : [since(paidAtMs)]))
  const soldTo = (kind: Kind) => shoppers.filter((each) => each.kind === kind && each.bought > 0).length
  const report = {
    sale: shop.slug,
    cast,
    seconds: found.seconds,
    ...countEnds(found.ends),
    available: found.available,
    drawn: shoppers.filter(({ ticket, queueNumber }) => ticket && queueNumber === undefined).length,
    tooLate: shoppers.filter(({ isLate, queueNumber }) => !isLate && queueNumber !== undefined).length,
    sold: { person: soldTo('person'), robot: soldTo('robot'), many: soldTo('many') },
    waits: {
      admission: waitOf(people.map(({ admittedAtMs }) => admittedAtMs)),
      paid: waitOf(people.map(({ paidAtMs }) => paidAtMs)),
    },
    order: shop.hasRoom ? judgeOrder(inRoom, segments) : null,
    chances: judgeChances(shoppers),
    robots: {
      sent: robots.sent,
      leftOut: robots.leftOut,
      letIn: robots.letIn,
      answers: robots.answers,
      perSecond: (robots.hammered.calls * 1_000) / Math.max(1, robots.hammered.ms),
      pagePerSecond: (pages.reads * 1_000) / Math.max(1, pages.openMs),
    },
    latencies: shop.meter.latencies(),
    retries: shop.meter.retries,
    faults: shop.meter.faults,
    verify: found.verify,
    admissions: inRoom.filter(({ atMs }) => atMs !== undefined),
    paidAfterMs: paidAfterMs.toSorted((a, b) => a - b),
  }
  const wrong = [...judgeDay(report), ...found.differences]
  return { ...report, ok: wrong.length === 0, wrong }
}

/** How everybody's day ended. */
function countEnds(ends: DayEnds): Pick<DayReport, 'refused' | 'failed' | 'left' | 'over'> {
  const counts = { refused: {}, failed: {}, left: {}, over: 0 }
  const add = (to: Record<string, number>, key: string) => {
    to[key] = (to[key] ?? 0) + 1
  }
  for (const { end } of ends) {
    if (end.state === 'refused') add(counts.refused, end.reason)
    else if (end.state === 'failed') add(counts.failed, end.why)
    else if (end.state === 'left') add(counts.left, end.at)
    else if (end.state === 'over') counts.over += 1
  }
  return counts
}

/** What must not be, a sentence each. */
function judgeDay(report: Omit<DayReport, 'ok' | 'wrong'>): string[] {
  const { order, chances, robots, over, available } = report
  const count = (counts: Record<string, number>) => Object.values(counts).reduce((a, b) => a + b, 0)
  const rules: [boolean, string][] = [
    [count(report.failed) > 0, `${count(report.failed)} got no definite answer.`],
    [count(report.faults) > 0, `${count(report.faults)} answers are not in the contract.`],
    [over > 0, `The day ended with ${available} units free and ${over} still there: give it more --minutes.`],
    [chances.isRobotAbove, 'A robot with one identity has a better chance than a person.'],
    [robots.letIn > 0, `${robots.letIn} forged calls were let in.`],
    [(order?.early ?? 0) > 0, `${order?.early} were admitted before their turn.`],
    [(order?.denied ?? 0) > 0, `${order?.denied} were sent away after their turn had come.`],
    [
      order !== null && !isExplained(order),
      'Somebody waited longer behind a worse draw than pages and answers explain.',
    ],
    [!report.verify.ok, 'Not every invariant holds.'],
  ]
  return rules.flatMap(([isWrong, says]) => (isWrong ? [says] : []))
}
