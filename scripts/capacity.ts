/** npm run capacity -- …: simulates a sale with what `npm run bench` measured, and says what it would take. */
import { writeFileSync } from 'node:fs'
import { readArguments, usage } from './capacity/arguments'
import { drawChart } from './capacity/chart'
import { check, describeCheck } from './capacity/check'
import { readCosts } from './capacity/costs'
import { bottleneckOf, describeOutcome, neededFor } from './capacity/report'
import { simulate } from './capacity/simulate'
import { runCommand } from './wrong-arguments'

const progressEveryMs = 2_000

/** On stderr, so that stdout is the result alone. */
function showProgress(shoppers: number) {
  let shownAt = performance.now()
  return (done: number, second: number) => {
    if (performance.now() - shownAt < progressEveryMs) return
    shownAt = performance.now()
    const at = second < 0 ? `${Math.round(-second)} s before the opening` : `${Math.round(second)} s after it`
    console.error(`${at}: ${done.toLocaleString('en')} of ${shoppers.toLocaleString('en')} shoppers are done`)
  }
}

await runCommand(async () => {
  const options = readArguments(process.argv.slice(2))
  if (!options) {
    console.log(usage)
    return 0
  }
  const { scenario, target, chart, json } = options
  if (options.check) {
    const checked = await check(scenario, (line) => console.error(line))
    console.log(json ? JSON.stringify(checked) : describeCheck(checked))
    return 0
  }
  const outcome = simulate(scenario, readCosts(options.costs), showProgress(scenario.shoppers))
  if (chart) writeFileSync(chart, drawChart(outcome))
  if (json) {
    const { timeline, ...rest } = outcome
    const verdict = { bottleneck: bottleneckOf(outcome, target), needed: neededFor(outcome, target) }
    console.log(JSON.stringify({ ...rest, ...verdict, timeline }))
  } else console.log(describeOutcome(outcome, target))
  return 0
})
