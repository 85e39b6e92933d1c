/** npm run rush -- …: a crowd of buyers over HTTP against the running shop, then the verification of what it sold. */
import { openShopHere } from './open-shop-here'
import { dataDir } from './run-file'
import { type RushOptions, readArguments } from './rush/arguments'
import { Chaos, findTargets } from './rush/chaos'
import { type Client, createClient } from './rush/client'
import { play } from './rush/play'
import { describeReport } from './rush/report'
import { getSale } from './sale/find'
import { runCommand, WrongArguments } from './wrong-arguments'

function prepareChaos(options: RushOptions, client: Client): Chaos | null {
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
async function expectShop(client: Client, url: string): Promise<void> {
  await client.send({ method: 'GET', path: '/livez' }).catch(() => {
    throw new Error(`No shop answers at ${url}: "npm start" runs one, --url names another.`)
  })
}

await runCommand(async () => {
  const options = readArguments(process.argv.slice(2))
  const ctx = openShopHere('rush')
  const url = options.url ?? ctx.env.PUBLIC_URL
  const client = createClient(url)
  try {
    await expectShop(client, url)
    const chaos = prepareChaos(options, client)
    const sale = await getSale(ctx, options.slug)
    const { buyers, concurrency } = options
    const report = await play(ctx, sale, { buyers, concurrency, client, chaos })
    console.log(options.json ? JSON.stringify(report) : `\n${describeReport(report, sale.currency)}`)
    return report.ok ? 0 : 1
  } finally {
    client.close()
    await ctx.close()
  }
})
