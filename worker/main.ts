import { env } from '../lib/env'
import { createContext } from '../lib/open-context'
import { whenOrphaned } from '../lib/orphaned'
import { startWorker } from './worker'

const settings = env()
const ctx = createContext('worker', settings)
const stop = startWorker(ctx)

let stopping = false
async function shutDown() {
  if (stopping) return
  stopping = true
  await stop()
  await ctx.close()
  process.exit(0)
}
process.on('SIGTERM', shutDown)
process.on('SIGINT', shutDown)
// What the supervisor started ends with it.
whenOrphaned(shutDown)
ctx.log.info('worker started')
