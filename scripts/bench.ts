/**
 * npm run bench [-- --seconds S] [--rounds N] [--only WORD] [--json] [--check]: our hot paths and their yardsticks on
 * this machine, side by side and interleaved, on stores and servers of its own. Speeds mean little on another machine
 * or a busy one; the ratios of what ran in the same round are what to compare.
 */
import { parseArgs } from 'node:util'
import { keepResult, measureCosts } from './bench/costs'
import { openFloor } from './bench/floor'
import { type Line, linesOf, type Reading } from './bench/lines'
import { reportOf } from './bench/report'
import { type BenchShop, openBenchShop } from './bench/shop'
import { tableOf } from './bench/table'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
  },
})
const seconds = Number(values.seconds)
const rounds = Number(values.rounds)

const begun = Date.now()
/** On stderr, so that stdout is the result alone. */
const progress = (line: string) =>
  console.error(`${((Date.now() - begun) / 1000).toFixed(1).padStart(8)} s  ${line}`)

let shop: BenchShop | undefined
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    progress('stopping')
    await shop?.close()
    process.exit(130)
  })
}

async function measureRounds(lines: Line[]): Promise<Map<string, Reading>[]> {
  progress('warming up')
  // What the shop does is more code than its yardsticks: compiling it takes some ten thousand requests longer.
  for (const line of lines) await line.measure(Math.min(4, 2 * seconds))
  const measured: Map<string, Reading>[] = []
  for (let round = 1; round <= rounds; round++) {
    const readings = new Map<string, Reading>()
    for (const line of lines) {
      const reading = await line.measure(seconds)
      readings.set(line.name, reading)
      progress(`round ${round} of ${rounds}: ${line.name}: ${Math.round(reading.perSecond)} ${line.unit}/s`)
    }
    measured.push(readings)
  }
  return measured
}

try {
  if (!(seconds > 0) || !(rounds >= 1)) throw new Error('--seconds and --rounds are positive numbers.')
  shop = await openBenchShop(progress)
  const floor = await openFloor(shop, rounds, seconds)
  const all = linesOf(floor)
  const lines = values.only ? all.filter(({ name }) => new RegExp(values.only ?? '').test(name)) : all
  const report = reportOf(lines, await measureRounds(lines))
  console.log(values.json ? JSON.stringify({ seconds, rounds, ...report }, null, 2) : tableOf(report))
  // After the result is out: nothing that goes wrong here can lose it.
  if (!values.only) {
    progress('measuring what each call costs')
    keepResult({ seconds, rounds, ...report, costs: await measureCosts({ ...shop, fromOutside: true }) })
  }
  if (values.check && report.bars.some(({ passed }) => !passed)) process.exitCode = 1
  await floor.rivals.close()
  await floor.edge.stop()
} catch (error) {
  console.error(error)
  process.exitCode = 1
} finally {
  await shop?.close()
}
