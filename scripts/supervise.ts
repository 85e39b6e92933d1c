/**
 * npm start and npm run dev: stores, environment, migration, build, then the server and the worker, each of which is
 * started again when it dies, until Ctrl-C. `run.json` in the data folder tells other commands where everything is.
 */
import { env } from '../lib/env'
import type { Standing } from '../server/messages'
import { dataDir, removeRunFile, writeRunFile } from './run-file'
import type { StoreKind } from './stores/index'
import { isPortFree } from './stores/ports'
import { processIdentity } from './stores/processes'
import { buildIfChanged } from './supervise/build'
import { completeEnvironment, environmentForCommands, privateStores } from './supervise/environment'
import { type Kept, keepRunning } from './supervise/keep-running'
import { takeOver } from './supervise/previous'
import { type PrivateStores, startPrivateStores } from './supervise/private-stores'
import { untilReady } from './supervise/ready'
import { fileInRoot } from './supervise/root'
import { runStep } from './supervise/run-step'
import { say, step } from './supervise/say'

/** npm and the terminal both pass on one Ctrl-C: a second signal this soon after the first is the same one. */
const sameSignalMs = 1_000

const dev = process.argv.includes('--dev')
const dir = dataDir()
const identity = processIdentity(process.pid)
const abort = new AbortController()
const children: Partial<Record<'server' | 'worker', Kept>> = {}
let stores: PrivateStores | undefined
let standing: Standing = { processes: [] }
let tookOver = false
let stopping: number | undefined

async function stop(exitCode: number): Promise<void> {
  stopping = Date.now()
  abort.abort()
  await Promise.all(Object.values(children).map((child) => child.stop()))
  await stores?.stop()
  if (tookOver) removeRunFile(dir)
  process.exit(exitCode)
}

function onSignal() {
  if (stopping === undefined) {
    say('stopping …')
    void stop(0)
  } else if (Date.now() - stopping > sameSignalMs) {
    for (const child of Object.values(children)) child.kill()
    process.exit(1)
  }
}
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal)

function publish() {
  const { PUBLIC_URL: url, PORT: port } = env()
  const pids = { supervisor: process.pid, server: children.server?.pid(), worker: children.worker?.pid() }
  const known = Object.entries({ ...pids, ...stores?.pids }).filter(([, pid]) => pid !== undefined)
  const all = { supervisor: process.pid, processes: standing.processes, ...Object.fromEntries(known) }
  const { restart } = standing
  writeRunFile(dir, {
    url,
    port,
    identity,
    pids: all,
    env: environmentForCommands(),
    ...(restart && { restart }),
  })
}

async function prepare(): Promise<string> {
  const port = Number(process.env.PORT || 3000)
  if (!(port > 0 && port < 65_536)) throw new Error('PORT should be a port number.')
  const url = process.env.PUBLIC_URL || `http://localhost:${port}`
  await takeOver(dir, { url, port, identity, pids: { supervisor: process.pid }, env: {} })
  tookOver = true
  if (!(await isPortFree(port))) {
    throw new Error(`Port ${port} is in use by another program: end that one, or set PORT to another number.`)
  }
  const wanted = privateStores()
  const kinds = (['postgres', 'redis'] as StoreKind[]).filter((kind) => wanted[kind])
  const begin = () => startPrivateStores(dir, kinds)
  stores = kinds.length > 0 ? await step('starting private stores', begin) : await begin()
  abort.signal.throwIfAborted()
  completeEnvironment({ dev, onPrivateStore: kinds.length > 0 })
  env()
  const told = await step('preparing the database', () =>
    runStep(['--import', 'tsx', fileInRoot('db/prepare.ts')], abort.signal),
  )
  if (!dev) await buildIfChanged(abort.signal)
  abort.signal.throwIfAborted()
  return told.stdout.trim()
}

async function serve(logins: string): Promise<void> {
  say('starting the server and the worker …')
  const later = () => setImmediate(publish)
  children.worker = keepRunning('worker', fileInRoot('worker/main.ts'), later)
  const begin = () => {
    standing = { processes: [] }
    later()
  }
  children.server = keepRunning('server', fileInRoot('server/main.ts'), begin, (told) => {
    standing = told as Standing
    publish()
  })
  stores?.watch((addressChanged) => {
    publish()
    if (addressChanged) for (const child of Object.values(children)) child.renew()
  })
  await untilReady(env().PORT, abort.signal)
  if (abort.signal.aborted) return
  say(`the shop is open at ${env().PUBLIC_URL}`)
  if (logins) console.log(`\n${logins}\n`)
  say('Ctrl-C ends it')
}

try {
  await serve(await prepare())
} catch (error) {
  if (!abort.signal.aborted) {
    console.error((error as Error).message)
    await stop(1)
  }
}
