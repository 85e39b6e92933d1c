/** npm run sale -- …: makes, lists, pauses, resumes, paces, closes and verifies sales of the shop that runs here. */
import type { Context } from '../lib/context'
import { verifySale } from '../lib/repairs/verify'
import { openShopHere } from './open-shop-here'
import { type Command, readArguments } from './sale/arguments'
import { control } from './sale/control'
import { create, untilServed } from './sale/create'
import { getSale } from './sale/find'
import { list } from './sale/list'
import { pace } from './sale/pace'
import { describeVerification } from './verification'
import { runCommand } from './wrong-arguments'

/** Runs one command and answers its exit code. */
async function run(ctx: Context, command: Command): Promise<number> {
  switch (command.name) {
    case 'create': {
      const { name: _, json, ...wish } = command
      const created = await create(ctx, wish)
      const served = await untilServed(ctx.env.PUBLIC_URL, wish.slug)
      const where = new URL(`/sales/${wish.slug}`, ctx.env.PUBLIC_URL).href
      const says = {
        served: `${wish.slug} is on sale at ${where}: ${wish.allocation} units (${created.saleId})`,
        absent: `${wish.slug} is published; no shop answers at ${ctx.env.PUBLIC_URL}, the next one that starts sells it`,
        late: `${wish.slug} is published, but ${where} does not show it yet`,
      }
      if (!json) console.log(says[served])
      else {
        if (served !== 'served') console.error(says[served])
        console.log(JSON.stringify(created))
      }
      return 0
    }
    case 'list':
      console.log(await list(ctx))
      return 0
    case 'room':
      console.log(await pace(ctx, command.slug, command.rate))
      return 0
    case 'verify': {
      const sale = await getSale(ctx, command.slug)
      const found = await verifySale(ctx, sale)
      console.log(command.json ? JSON.stringify(found) : describeVerification(found, sale.currency))
      return found.ok ? 0 : 1
    }
    default:
      console.log(await control(ctx, command.name, command.slug))
      return 0
  }
}

await runCommand(async () => {
  const command = readArguments(process.argv.slice(2))
  const ctx = openShopHere('sale')
  try {
    return await run(ctx, command)
  } finally {
    await ctx.close()
  }
})
