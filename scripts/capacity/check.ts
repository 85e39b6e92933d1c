import { cpus } from 'node:os'
import { measureCosts } from '../bench/costs'
import { processorMs } from '../bench/processor-time'
import { openSale } from '../bench/sales'
import { type BenchShop, openBenchShop } from '../bench/shop'
import { createClient } from '../rush/client'
import type { Kind } from '../rush/meter'
import { play } from '../rush/play'
import type { Report } from '../rush/report'
import { table } from '../table'
import type { CallKind, MeasuredCosts } from './costs'
import { type RushOutcome, simulateRush } from './rush-crowd'

export type Compared = { what: string; unit: string; predicted: number; measured: number; error: number }

export type Checked = {
  compared: Compared[]
  /** What the simulation was told. */
  costs: MeasuredCosts
  crowdMs: number
  /** Cores that something else on this machine used meanwhile: the simulation does without them. */
  othersCores: number
  predicted: RushOutcome
  measured: Report['latencies']
}

/** More than this is no quiet machine. */
const quietCores = 0.2

/** As many at once as `npm run rush` has, if nobody says otherwise. */
const concurrency = 100
/** A crowd that comes first: it warms everything up, and shows what a call costs the crowd itself. */
const rehearsal = { buyers: 400, stock: 150 }

/** Calls of which both sides know how long they took. A reserve of the rush may have been refused. */
const callNames: [CallKind, Kind][] = [
  ['session', 'session'],
  ['order', 'order'],
  ['pay', 'pay'],
]

async function playRush(shop: BenchShop, slug: string, buyers: number, stock: number): Promise<Report> {
  const { record } = await openSale(shop.ctx, slug, stock, { limit: 1 })
  const client = createClient(shop.origin)
  try {
    const screen = { write: () => {} }
    const report = await play(shop.ctx, record, { buyers, concurrency, client, chaos: null, screen })
    if (!report.ok) throw new Error(`The rush went wrong: ${report.wrong.join(' ')}`)
    return report
  } finally {
    client.close()
  }
}

const callsOf = ({ latencies }: Report) =>
  Object.values(latencies).reduce((sum, latency) => sum + (latency?.count ?? 0), 0)

const cpuMs = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

/**
 * Plays a crowd against a shop of its own on this machine, simulates the same one with costs that were measured on that
 * shop a moment before, and compares. Throws an Error where the system does not tell what a process costs.
 */
export async function check(
  { shoppers, stock, seed }: { shoppers: number; stock: number; seed: number },
  progress: (line: string) => void,
): Promise<Checked> {
  const shop = await openBenchShop(progress)
  try {
    progress('measuring what each call costs')
    // A rush comes from this machine itself.
    const costs = await measureCosts({ ...shop, fromOutside: false })
    if (!costs) throw new Error('Only Linux says what a call costs each process: the check needs that.')
    shop.worker.resume()
    progress('a rehearsal, to see what the crowd itself costs')
    const before = cpuMs()
    const rehearsed = await playRush(shop, 'rehearsal', rehearsal.buyers, rehearsal.stock)
    const crowdMs = (cpuMs() - before) / callsOf(rehearsed)
    progress(`a rush of ${shoppers} buyers`)
    const { measured, spent, othersCores } = await playWatched(shop, shoppers, stock)
    progress('the same, simulated')
    const hardware = { machines: 1, cores: cpus().length - othersCores, processes: 1, together: true }
    const predicted = simulateRush(
      { buyers: shoppers, stock, concurrency, seed, hardware, crowdMs },
      { ...costs, source: 'measured a moment ago' },
    )
    return {
      crowdMs,
      othersCores,
      costs,
      compared: compare(predicted, measured, spent),
      predicted,
      measured: measured.latencies,
    }
  } finally {
    await shop.close()
  }
}

/** Processor time so far, in the order of `worked`. */
const spentBy = ({ pids, worker }: BenchShop) => [
  ...[pids.server, pids.redis, pids.postgres, worker.pid].map((pid) => processorMs([pid])),
  cpuMs(),
]
const worked = ['servers', 'redis', 'ledger', 'worker', 'crowd'] as const

/** Processor time that this machine has given to anybody. */
const busyMs = () =>
  cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0)

/** Plays the crowd, and sees what each part worked and what everybody else on this machine did meanwhile. */
async function playWatched(shop: BenchShop, buyers: number, stock: number) {
  const before = { at: performance.now(), busy: busyMs(), spent: spentBy(shop) }
  const measured = await playRush(shop, 'rush', buyers, stock)
  const spent = spentBy(shop).map((ms, at) => ms - (before.spent[at] ?? 0))
  const ours = spent.reduce((sum, ms) => sum + ms, 0)
  const others = Math.max(0, busyMs() - before.busy - ours)
  return { measured, spent, othersCores: others / (performance.now() - before.at) }
}

function compare(predicted: RushOutcome, measured: Report, spentMs: number[]): Compared[] {
  const row = (what: string, unit: string, ours: number, theirs: number): Compared => ({
    ...{ what, unit, predicted: ours, measured: theirs },
    error: (ours - theirs) / theirs,
  })
  const { purchasesPerSecond, sold } = measured
  return [
    row('time to sell out', 's', predicted.sellSeconds, sold.buyers / purchasesPerSecond),
    row('purchases a second', '/s', predicted.purchasesPerSecond, purchasesPerSecond),
    row('time until all have an answer', 's', predicted.totalSeconds, measured.seconds),
    ...worked.map((who, at) =>
      row(`work of ${who}`, 's', predicted.workedSeconds[who], (spentMs[at] ?? 0) / 1000),
    ),
    ...callNames.flatMap(([kind, theirs]) => {
      const [ours, seen] = [predicted.calls[kind], measured.latencies[theirs]]
      if (!ours || !seen) return []
      return [row(`${kind}, p50`, 'ms', ours.p50, seen.p50), row(`${kind}, p95`, 'ms', ours.p95, seen.p95)]
    }),
  ]
}

/** The comparison to read. */
export const describeCheck = ({ compared, othersCores }: Checked): string =>
  [
    table([
      ['', 'predicted', 'measured', 'error'],
      ...compared.map(({ what, unit, predicted, measured, error }) => [
        ...[what, `${predicted.toFixed(1)} ${unit}`, `${measured.toFixed(1)} ${unit}`],
        `${error >= 0 ? '+' : '−'}${Math.abs(100 * error).toFixed(0)} %`,
      ]),
    ]),
    `Other programs used ${othersCores.toFixed(2)} of ${cpus().length} cores meanwhile; the prediction does without them.`,
    ...(othersCores > quietCores ? ['That is too much for a check: repeat it on a quiet machine.'] : []),
  ].join('\n')
