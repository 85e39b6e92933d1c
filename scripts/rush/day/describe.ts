import { table } from '../../table'
import { describeVerification } from '../../verification'
import type { Latency } from '../meter'
import { listed, listWrong, tableOfLatencies } from '../report'
import type { DayReport } from './report'
import type { Chance } from './statistics'

const percent = (share: number) => `${(share * 100).toFixed(share < 0.1 ? 2 : 1)} %`
const inSeconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`

/** A chance with where the true one lies. */
const withBounds = ({ share, from, to }: Chance) =>
  `${percent(share)} [${percent(from).replace(' %', '')}–${percent(to)}]`

/** The verdict in one line. */
export function verdictOf({ chances }: DayReport): string {
  const { person, robot, isRobotAbove } = chances
  if (robot.of === 0) return `no robots came; a person: ${withBounds(person)}`
  return (
    `a robot with one identity: ${withBounds(robot)}, a person: ${withBounds(person)}: ` +
    (isRobotAbove ? 'ABOVE' : 'not above')
  )
}

/** The report of a whole day to read. */
export function describeDay(report: DayReport, currency: string): string {
  const { cast, sold, waits, robots } = report
  const all = sold.person + sold.robot + sold.many
  const waitRow = (name: string, wait: Latency) => [
    ...[name, wait.count],
    ...[wait.p50, wait.p95, wait.p99, wait.most].map(inSeconds),
  ]
  return [
    `came      ${cast.joiners} people before the opening and ${cast.late} after it, ${cast.robots} robots, as many ` +
      `identities of robots with ${cast.identities}; ${report.drawn} in the draw` +
      (report.tooLate > 0 ? `, ${report.tooLate} too late for it` : ''),
    `sold      ${all} units, the last ${inSeconds(report.paidAfterMs.at(-1) ?? 0)} after the opening: ${sold.person} to ` +
      `people, ${sold.robot} to robots with one identity, ${sold.many} to the others; the day took ` +
      `${report.seconds.toFixed(0)} s`,
    `left      ${listed(report.left)}`,
    `refused   ${listed(report.refused)}`,
    `failed    ${listed(report.failed)}`,
    `repeated  ${listed(report.retries)}`,
    `faults    ${listed(report.faults)}`,
    '',
    table([
      ['from the opening to', 'people', 'p50', 'p95', 'p99', 'longest'],
      ...(report.order ? [waitRow('admission', waits.admission)] : []),
      waitRow('paid', waits.paid),
    ]),
    '',
    tableOfLatencies(report.latencies),
    '',
    ...describeFairness(report),
    '',
    `robots    ${robots.sent} calls, ${robots.perSecond.toFixed(1)} a second each; a page ${robots.pagePerSecond.toFixed(1)} ` +
      `a second (${robots.leftOut} left out, as the shop was slower than that); ${robots.letIn} forged ones let in`,
    table([
      ['strike', 'answers', ''],
      ...Object.entries(robots.answers).map(([name, told]) => [name, count(told), listed(told)]),
    ]),
    '',
    describeVerification(report.verify, currency),
    ...listWrong(report.wrong),
  ].join('\n')
}

const count = (counts: Record<string, number>) => Object.values(counts).reduce((a, b) => a + b, 0)

function describeFairness(report: DayReport): string[] {
  const { chances, order, cast } = report
  const row = (name: string, { of, succeeded, share, from, to }: Chance) => [
    ...[name, of, succeeded, percent(share), `${percent(from)} to ${percent(to)}`],
  ]
  const expected = 1 - (1 - chances.robot.share) ** cast.identities
  return [
    ...(order
      ? [
          `order     ${order.admissions} admissions, rank correlation with the draw ` +
            `${order.rankCorrelation?.toFixed(4) ?? '–'}; ${order.early} before their turn, ${order.denied} sent away after it`,
          `          greatest inversion ${inSeconds(order.greatestInversionMs)}: pages saw their turn after ` +
            `${inSeconds(order.seen.p50)} (at most ${inSeconds(order.seen.most)}), and had the admission after another ` +
            `${inSeconds(order.asked.p50)} (${inSeconds(order.asked.most)})`,
          '',
        ]
      : []),
    table([
      ['chance to buy of', 'there', 'bought', 'share', '95 % confidence'],
      row('a person who stays', chances.person),
      row('a robot with one identity', chances.robot),
      row(`a robot with ${cast.identities} identities`, chances.many),
      row('  each identity of it', chances.manyIdentity),
    ]),
    '',
    `verdict   ${verdictOf(report)}`,
    ...(chances.robot.of > 0
      ? [
          `          (luck alone gives them that or more with probability ${chances.byChance.toPrecision(2)}; the alarm ` +
            `goes off from ${percent(chances.alarmFrom)} on)`,
          `          ${cast.identities} identities are ${cast.identities} draws: ${percent(chances.many.share)} bought, about ` +
            `${percent(expected)} follow from the chance of one. The room can't tell them from ${cast.identities} people.`,
        ]
      : []),
  ]
}
