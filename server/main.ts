/**
 * The shop's HTTP server. This process only accepts connections: it hands each to one of several processes that do the
 * work (process.ts), starts again what dies, and replaces them one after the other on SIGHUP, without a failed request.
 */
import { createServer } from 'node:net'
import { availableParallelism } from 'node:os'
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import { config } from '../lib/config'
import { env } from '../lib/env'
import { createLog } from '../lib/log'
import { whenOrphaned } from '../lib/orphaned'
import { keepBuild } from './kept-builds'
import { keepProcesses } from './processes'

const settings = env()
const log = createLog('server', settings.LOG_LEVEL)
const { PORT: port } = settings
const dev = settings.NODE_ENV !== 'production'
const usual = Math.min(availableParallelism(), config.server.mostProcesses)
const count = dev ? 1 : (settings.SERVER_PROCESSES ?? usual)

const listener = createServer({ pauseOnConnect: true, noDelay: true }, (socket) => processes.accept(socket))
listener.on('error', (error: NodeJS.ErrnoException) => {
  console.error(
    error.code === 'EADDRINUSE' ? `Port ${port} is in use: set PORT to another number.` : error.message,
  )
  process.exit(1)
})

const processes = keepProcesses(
  count,
  log,
  () => (dev ? {} : { STAMPEDE_BUILD: keepBuild() }),
  (standing) => {
    // Not before: a balancer asks another server meanwhile.
    if (standing.processes.length > 0 && !listener.listening && !stopping) {
      listener.listen(port, () => log.info({ port, processes: count }, 'listening'))
    }
    process.send?.(standing, () => {})
  },
)

let stopping = false

/** `gently`: still takes connections for a while, and says meanwhile that it leaves, so that no balancer is surprised. */
async function stop(gently: boolean): Promise<void> {
  const { idleMs, shutdownMs } = config.server
  if (stopping) return
  stopping = true
  if (gently) {
    processes.leave()
    await sleep(idleMs)
  }
  // After everybody who came up to now has been accepted: closing hangs up on those who were not.
  await turn()
  listener.close()
  await processes.end(gently ? shutdownMs - idleMs : shutdownMs)
  process.exit(0)
}
process.on('SIGTERM', () => void stop(true))
process.on('SIGINT', () => void stop(false))
whenOrphaned(() => void stop(false))
// Development takes up changes by itself, and has no two processes on the same files.
if (!dev) process.on('SIGHUP', () => processes.restart())
