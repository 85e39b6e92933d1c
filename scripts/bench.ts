/** npm run bench: see bench/arguments.ts. */
import { type BenchOptions, readArguments, usage } from './bench/arguments'
import { keepResult, measureCosts } from './bench/costs'
import { openFloor } from './bench/floor'
import { type Line, linesOf, type Reading } from './bench/lines'
import { reportOf } from './bench/report'
import { type BenchShop, openBenchShop } from './bench/shop'
import { tableOf } from './bench/table'
import { runCommand } from './wrong-arguments'

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

type Length = Pick<BenchOptions, 'seconds' | 'rounds'>

async function measureRounds(lines: Line[], { seconds, rounds }: Length): Promise<Map<string, Reading>[]> {
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

async function measure(open: BenchShop, { seconds, rounds, only, json }: BenchOptions): Promise<boolean> {
  const floor = await openFloor(open, rounds, seconds)
  const all = linesOf(floor)
  const lines = all.filter(({ name }) => only.test(name))
  const report = reportOf(lines, await measureRounds(lines, { seconds, rounds }))
  console.log(json ? JSON.stringify({ seconds, rounds, ...report }, null, 2) : tableOf(report))
  // After the result is out: nothing that goes wrong here can lose it.
  if (lines.length === all.length) {
    progress('measuring what each call costs')
    keepResult({ seconds, rounds, ...report, costs: await measureCosts({ ...open, fromOutside: true }) })
  }
  await floor.rivals.close()
  await floor.edge.stop()
  return report.bars.every(({ passed }) => passed)
}

await runCommand(async () => {
  const options = readArguments(process.argv.slice(2))
  if (!options) {
    console.log(usage)
    return 0
  }
  try {
    shop = await openBenchShop(progress)
    const isGood = await measure(shop, options)
    return options.check && !isGood ? 1 : 0
  } finally {
    await shop?.close()
  }
})
