/** npm run rush -- …: a crowd of buyers over HTTP against the running shop, then the verification of what it sold. */
import { writeFileSync } from 'node:fs'
import type { Context } from '../lib/context'
import { openShopHere } from './open-shop-here'
import { dataDir } from './run-file'
import { type CrowdOptions, type DayOptions, readArguments, usage } from './rush/arguments'
import { Chaos, findTargets } from './rush/chaos'
import { type Client, createClient } from './rush/client'
import { chartOf } from './rush/day/chart'
import { describeDay } from './rush/day/describe'
import { playDay } from './rush/day/play'
import { play } from './rush/play'
import { describeReport } from './rush/report'
import { getSale } from './sale/find'
import { runCommand, WrongArguments } from './wrong-arguments'

function prepareChaos(options: CrowdOptions, client: Client): Chaos | null {
  if (!options.chaos) return null
  const victims = findTargets(dataDir())
  if (victims.length === 0) {
    throw new WrongArguments(
      '--chaos kills processes that "npm start" runs from this folder, and none is running.',
    )
  }
  return new Chaos(dataDir(), client, victims)
}

/** A crowd is patient with a shop that is struck down; one that was never there is said at once. */
async function expectShop(url: string): Promise<void> {
  const client = createClient(url)
  await client
    .send({ method: 'GET', path: '/livez' })
    .catch(() => {
      throw new Error(`No shop answers at ${url}: "npm start" runs one, --url names another.`)
    })
    .finally(() => client.close())
}

async function storm(ctx: Context, url: string, options: CrowdOptions): Promise<boolean> {
  const client = createClient(url)
  try {
    const chaos = prepareChaos(options, client)
    const sale = await getSale(ctx, options.slug)
    const { buyers, concurrency } = options
    const report = await play(ctx, sale, { buyers, concurrency, client, chaos })
    console.log(options.json ? JSON.stringify(report) : `\n${describeReport(report, sale.currency)}`)
    return report.ok
  } finally {
    client.close()
  }
}

async function spendDay(ctx: Context, url: string, options: DayOptions): Promise<boolean> {
  const sale = await getSale(ctx, options.slug)
  const { cast, minutes, concurrency, chart } = options
  const report = await playDay(ctx, sale, { cast, minutes, concurrency, url })
  if (chart) writeFileSync(chart, chartOf(report))
  console.log(options.json ? JSON.stringify(report) : `\n${describeDay(report, sale.currency)}`)
  if (chart) console.error(`The picture is in ${chart}.`)
  return report.ok
}

await runCommand(async () => {
  const options = readArguments(process.argv.slice(2))
  if (options.mode === 'help') {
    console.log(usage)
    return 0
  }
  const ctx = openShopHere('rush')
  const url = options.url ?? ctx.env.PUBLIC_URL
  try {
    await expectShop(url)
    const ok = options.mode === 'day' ? await spendDay(ctx, url, options) : await storm(ctx, url, options)
    return ok ? 0 : 1
  } finally {
    await ctx.close()
  }
})
