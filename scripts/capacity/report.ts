import { table } from '../table'
import type { Outcome, Percentiles } from './outcome'
import { type Part, parts } from './shop'
import type { End } from './shopper'

const endWords: Record<End, string> = {
  bought: 'bought',
  soldOut: 'told that it is sold out',
  left: 'found all in carts, and left',
  wentHome: 'waited in the room, and went home',
  abandoned: 'filled a cart, and left',
  tooSlow: 'took longer than the hold',
  declined: 'had no card that works',
  gaveUp: 'gave up after "try again"',
}

const partWords: Record<Part, string> = { servers: 'servers', redis: 'Redis', ledger: 'Postgres' }

const count = (value: number) => Math.round(value).toLocaleString('en')
const percent = (share: number) => `${(100 * share).toFixed(share < 0.1 && share > 0 ? 1 : 0)} %`
const time = (ms: number) => {
  if (ms < 1_000) return `${ms.toFixed(ms < 10 ? 1 : 0)} ms`
  return ms < 100_000 ? `${(ms / 1_000).toFixed(1)} s` : `${(ms / 60_000).toFixed(1)} min`
}
const moment = (seconds: number | null) => (seconds === null ? 'never' : `after ${time(seconds * 1_000)}`)

const waits = ({ count: of, p50, p95, p99 }: Percentiles) =>
  of === 0 ? ['0', '–', '–', '–'] : [count(of), time(p50), time(p95), time(p99)]

/** What each part would need so that its busiest seconds stay below the target. */
export function neededFor(outcome: Outcome, target: number) {
  const { servers, redis, ledger } = outcome.parts
  const processes = Math.max(1, Math.ceil(servers.peakAsked / target))
  return {
    processes,
    machines: Math.max(1, Math.ceil(processes / outcome.scenario.cores)),
    redis: redis.peakAsked / target,
    ledgerCores: Math.max(1, Math.ceil(ledger.peakAsked / target)),
  }
}

/** The part that runs out first as the crowd grows, in a sentence or two. */
export function bottleneckOf(outcome: Outcome, target: number): string {
  const strain = (part: Part) => outcome.parts[part].peakAsked / outcome.parts[part].capacity
  const [first = 'servers'] = parts.toSorted((a, b) => strain(b) - strain(a))
  const { peak } = outcome.parts[first]
  const busy = `${percent(peak)} busy in the busiest five seconds`
  const remedy = {
    servers: 'more processes or machines help, and so does a lower rate of the waiting room',
    redis:
      'one sale is one thread of Redis, so no machine helps, but an earlier room and a lower rate of it do',
    ledger: 'more cores of the ledger help, and so does a lower rate of the waiting room',
  }[first]
  if (peak >= target) return `${upper(partWords[first])} first: ${busy}; ${remedy}.`
  const pace = outcome.scenario.room ? 'the rate of the room, and how' : 'how'
  return (
    `No part of the shop: ${partWords[first]} would be the first, ${busy}. ` +
    `How long the sale takes is up to ${pace} fast people type and pay.`
  )
}

const upper = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

const plural = (many: number, one: string) =>
  `${count(many)} ${one}${many === 1 ? '' : one.endsWith('s') ? 'es' : 's'}`

function describeHardware({ scenario }: Outcome): string {
  const { machines, cores, processes, together } = scenario
  const where = together
    ? `all on one machine of ${plural(cores, 'core')}`
    : `on ${plural(machines, 'machine')} of ${plural(cores, 'core')}, Redis and Postgres on their own`
  return `${plural(processes, 'process')} ${where}`
}

/** The outcome to read. */
export function describeOutcome(outcome: Outcome, target: number): string {
  const { scenario } = outcome
  const needed = neededFor(outcome, target)
  const need: Record<Part, string> = {
    servers: `${plural(needed.processes, 'process')}, ${plural(needed.machines, 'machine')} of ${plural(scenario.cores, 'core')}`,
    redis: needed.redis <= 1 ? 'one' : `${needed.redis.toFixed(1)} times as fast a one`,
    ledger: plural(needed.ledgerCores, 'core'),
  }
  const has: Record<Part, string> = {
    servers: plural(scenario.processes, 'process'),
    redis: '1 thread',
    ledger: plural(scenario.cores, 'core'),
  }
  const clients = scenario.throughPages ? 'through the pages' : 'through the API'
  return [
    `${count(scenario.shoppers)} shoppers for ${count(scenario.stock)} units, ${clients}, ` +
      `${scenario.room ? 'with a waiting room' : 'without a waiting room'}`,
    describeHardware(outcome),
    `costs: ${outcome.source}`,
    '',
    `all in carts   ${moment(outcome.emptySeconds)}`,
    `sold out       ${moment(outcome.soldOutSeconds)}` +
      (outcome.units.left > 0 ? `, ${count(outcome.units.left)} units are left` : ''),
    '',
    table([
      ['shoppers', 'of them', 'share'],
      ...Object.entries(outcome.ends)
        .filter(([, of]) => of > 0)
        .map(([end, of]) => [endWords[end as End], count(of), percent(of / scenario.shoppers)]),
    ]),
    '',
    table([
      ['waits', 'shoppers', 'p50', 'p95', 'p99'],
      ...(scenario.room ? [['in the room, until admitted', ...waits(outcome.waits.room)]] : []),
      ['from coming to paid', ...waits(outcome.waits.bought)],
    ]),
    '',
    table([
      ['call', 'answers', 'p50', 'p95', 'p99', '"try again"'],
      ...Object.entries(outcome.calls).map(([kind, of]) => {
        const [, ...percentiles] = waits(of)
        return [kind, count(of.count + of.inBulk), ...percentiles, count(of.shed)]
      }),
      ['page views and polls, from the CDN', count(outcome.fromCdn), '', '', '', ''],
    ]),
    '',
    table([
      ['part', 'has', 'busiest 5 s', 'busy in all', `for ${percent(target)} at most`],
      ...parts.map((part) => {
        const { peak, busySeconds } = outcome.parts[part]
        return [partWords[part], has[part], percent(peak), `${busySeconds.toFixed(1)} s`, need[part]]
      }),
    ]),
    '',
    `Bottleneck: ${bottleneckOf(outcome, target)}`,
    ...(outcome.answeredEarly > 0
      ? [
          `${count(outcome.answeredEarly)} orders were answered with "we are confirming" before the ledger had decided.`,
        ]
      : []),
  ].join('\n')
}
