/**
 * npm run restart: the code on disk takes over from the one that serves, without a failed request. Prepares the ledger
 * and builds if anything changed, then replaces the processes of the server one after the other, and the worker.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { dataDir, findRunFile, type RunFile } from './run-file'
import { buildIfChanged } from './supervise/build'
import { setMissing } from './supervise/environment'
import { findRunningShop, isProgram } from './supervise/previous'
import { fileInRoot } from './supervise/root'
import { runStep } from './supervise/run-step'
import { say, step } from './supervise/say'
import { demoSecrets } from './supervise/secrets'
import { runCommand } from './wrong-arguments'

const pollMs = 50
const workerWithinMs = 30_000

const dir = dataDir()
const abort = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => abort.abort())

async function replaceProcesses(server: number, shop: RunFile): Promise<void> {
  const old = new Set(shop.pids.processes)
  const of = old.size
  process.kill(server, 'SIGHUP')
  for (; ; await sleep(pollMs)) {
    abort.signal.throwIfAborted()
    const run = findRunFile(dir)
    if (run?.pids.server !== server)
      throw new Error('The server ended meanwhile: what the shop printed says why.')
    const { processes = [] } = run.pids
    for (const pid of [...old].filter((each) => !processes.includes(each))) {
      old.delete(pid)
      say(`process ${pid} is replaced (${of - old.size} of ${of})`)
    }
    const { count = 0, state } = run.restart ?? {}
    if (count <= (shop.restart?.count ?? 0) || state === 'under way') continue
    if (state === 'done') return
    throw new Error('The restart was given up, and the old processes go on: what the shop printed says why.')
  }
}

/** Ends the worker; the supervisor starts it again. What it had begun it finishes first. */
async function replaceWorker({ pids: { worker } }: RunFile): Promise<void> {
  if (!isProgram(worker, 'worker')) return
  process.kill(worker, 'SIGTERM')
  for (const until = Date.now() + workerWithinMs; Date.now() < until; await sleep(pollMs)) {
    const now = findRunFile(dir)?.pids.worker
    if (now !== undefined && now !== worker) return say('the worker is replaced')
  }
  throw new Error('The worker did not come back: what the shop printed says why.')
}

await runCommand(async () => {
  const shop = findRunningShop(dir)
  const { server } = shop?.pids ?? {}
  if (!shop || !isProgram(server, 'server')) throw new Error('No shop runs here: "npm start" starts one.')
  if (shop.env.NODE_ENV !== 'production') throw new Error('"npm run dev" takes up changes by itself.')
  if (shop.env.STAMPEDE_DEMO === '1') setMissing(demoSecrets())
  await step('preparing the database', () =>
    runStep(['--import', 'tsx', fileInRoot('db/prepare.ts')], abort.signal),
  )
  await buildIfChanged(abort.signal)
  say('replacing the processes of the server …')
  await replaceProcesses(server, shop)
  await replaceWorker(shop)
  say(`the shop at ${shop.url} runs what is on disk`)
  return 0
})
