/** npm run services:stop, npm run reset: ends or deletes the private stores of this checkout. */
import { dataDir } from './run-file'
import { resetStores, stopStores } from './stores/index'
import { findRunningShop } from './supervise/previous'

const command = process.argv[2]
const dir = dataDir()

function refuseWhileOpen(doing: string): void {
  const shop = findRunningShop(dir)
  if (!shop) return
  console.error(
    `The shop at ${shop.url} runs on these stores: press Ctrl-C there, or "kill ${shop.pids.supervisor}", ` +
      `before you ${doing} them.`,
  )
  process.exit(1)
}

if (command === 'stop') {
  refuseWhileOpen('stop')
  const stopped = await stopStores(dir)
  console.log(stopped.length > 0 ? `Stopped: ${stopped.join(', ')}.` : 'No private store was running.')
} else if (command === 'reset') {
  refuseWhileOpen('delete')
  await resetStores(dir)
  console.log('The private stores and all their data are deleted.')
} else {
  console.error('Usage: node scripts/run.mjs scripts/services.ts stop|reset')
  process.exit(1)
}
