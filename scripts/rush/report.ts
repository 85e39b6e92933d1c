import type { Verification } from '../../lib/repairs/verify'
import { table } from '../table'
import { describeVerification } from '../verification'
import type { Fault } from './chaos'
import type { Visit } from './crowd'
import type { Healing } from './heal'
import type { Meter } from './meter'

export type Report = {
  sale: string
  ok: boolean
  /** What went wrong, a sentence each; empty when `ok`. */
  wrong: string[]
  buyers: number
  /** Units that could be bought at the start, and units that the crowd wanted: the smaller number has to be sold. */
  available: number
  wanted: number
  sold: { buyers: number; units: number }
  refused: Record<string, number>
  failed: Record<string, number>
  retries: Record<string, number>
  faults: Record<string, number>
  seconds: number
  purchasesPerSecond: number
  latencies: ReturnType<Meter['latencies']>
  chaos: ({ faults: Fault[] } & Healing) | null
  verify: Verification
}

/** How many visits ended in each way. */
export function countEnds(visits: Visit[]): Pick<Report, 'refused' | 'failed'> & { soldTo: number } {
  const counts = { soldTo: 0, refused: {} as Record<string, number>, failed: {} as Record<string, number> }
  const add = (to: Record<string, number>, key: string) => {
    to[key] = (to[key] ?? 0) + 1
  }
  for (const { end } of visits) {
    if (end.state === 'sold') counts.soldTo += 1
    else if (end.state === 'refused') add(counts.refused, end.reason)
    else add(counts.failed, end.why)
  }
  return counts
}

/** Counts in words, the greatest first. */
export const listed = (counts: Record<string, number>) =>
  Object.entries(counts)
    .toSorted(([, a], [, b]) => b - a)
    .map(([what, count]) => `${count} ${what}`)
    .join(', ') || 'none'

/** What is wrong often is wrong in the same way: --json has it all. */
const mostLines = 12

export const listWrong = (wrong: string[]): string[] => [
  ...wrong.slice(0, mostLines).map((what) => `WRONG  ${what}`),
  ...(wrong.length > mostLines ? [`WRONG  and ${wrong.length - mostLines} more`] : []),
]

export const tableOfLatencies = (latencies: Report['latencies']): string =>
  table([
    ['call', 'answers', 'p50', 'p95', 'p99', 'slowest'],
    ...Object.entries(latencies).map(([kind, of]) => [
      ...[kind, of.count],
      ...[of.p50, of.p95, of.p99, of.most].map((ms) => `${ms.toFixed(1)} ms`),
    ]),
  ])

/** The report to read. */
export function describeReport(report: Report, currency: string): string {
  const { sold, latencies, chaos } = report
  const seconds = `${report.seconds.toFixed(1)} s`
  return [
    `sold      ${sold.units} units to ${sold.buyers} of ${report.buyers} buyers in ${seconds}, ` +
      `${report.purchasesPerSecond.toFixed(0)} purchases a second`,
    `          (${report.available} were available, ${report.wanted} wanted)`,
    `refused   ${listed(report.refused)}`,
    `failed    ${listed(report.failed)}`,
    `repeated  ${listed(report.retries)}`,
    `faults    ${listed(report.faults)}`,
    '',
    tableOfLatencies(latencies),
    ...(chaos ? ['', ...describeChaos(chaos)] : []),
    '',
    describeVerification(report.verify, currency),
    ...listWrong(report.wrong),
  ].join('\n')
}

const inSeconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`

function describeChaos({ faults, healedAfterMs, healedLast }: NonNullable<Report['chaos']>): string[] {
  return [
    table([
      ['killed', 'pid', 'at', 'back after'],
      ...faults.map(({ target, pid, atMs, backMs }) => [
        ...[target, pid, inSeconds(atMs)],
        backMs === null ? 'not in time' : inSeconds(backMs),
      ]),
    ]),
    healedAfterMs === null
      ? 'The stores did not agree in time.'
      : `Every invariant held ${inSeconds(healedAfterMs)} after the last fault and the crowd.`,
    ...healedLast.map((what) => `  last of all: ${what}`),
  ]
}
