import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { findRunFile, type RunFile, writeRunFile } from '../run-file'
import { withLock } from '../stores/lock'
import { commandLine, endProcess, isAlive, processIdentity } from '../stores/processes'
import { fileInRoot } from './root'

const programs = {
  server: fileInRoot('server/main.ts'),
  process: fileInRoot('server/process.ts'),
  worker: fileInRoot('worker/main.ts'),
}

/** The process of a run file, if it is alive and still the program that it was. */
export const isProgram = (pid: number | undefined, program: keyof typeof programs): pid is number =>
  pid !== undefined && isAlive(pid) && commandLine(pid).includes(programs[program])

/** The shop that runs from this folder now, or null. A pid that meanwhile is somebody else's doesn't count. */
export function findRunningShop(dir: string): RunFile | null {
  const run = findRunFile(dir)
  return run?.identity && processIdentity(run.pids.supervisor) === run.identity ? run : null
}

/** Ends what a killed supervisor left behind, so that it neither keeps the port nor works on old settings. */
async function endLeftovers(run: RunFile): Promise<void> {
  const { server, worker, processes = [] } = run.pids
  const left = [server, worker].filter((pid) => isProgram(pid, 'server') || isProgram(pid, 'worker'))
  // Those of the server end with it, once they have answered what they had begun.
  for (const pid of [...left, ...processes.filter((each) => isProgram(each, 'process'))]) {
    await endProcess(pid as number, [
      ['SIGINT', 10_000],
      ['SIGKILL', 2_000],
    ])
  }
}

/**
 * Makes this process the supervisor of `dir`: of several starts at once only one gets through. Throws when a shop
 * already runs there.
 */
export async function takeOver(dir: string, first: RunFile): Promise<void> {
  mkdirSync(dir, { recursive: true })
  await withLock(join(dir, 'supervisor.lock'), async () => {
    const running = findRunningShop(dir)
    if (running) {
      throw new Error(`The shop already runs at ${running.url} (process ${running.pids.supervisor}).`)
    }
    const last = findRunFile(dir)
    if (last) await endLeftovers(last)
    writeRunFile(dir, first)
  })
}
