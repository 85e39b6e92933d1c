import { setTimeout as sleep } from 'node:timers/promises'
import { findRunFile, type RunFile } from '../run-file'
import { commandLine, isAlive } from '../stores/processes'
import { findRunningShop, isProgram } from '../supervise/previous'
import type { Client } from './client'

/** `process` is one of those that do the work of the server. */
export const targets = ['worker', 'server', 'process', 'redis', 'postgres'] as const
export type Target = (typeof targets)[number]

export type Fault = {
  target: Target
  pid: number
  /** How many of its kind there were. */
  of: number
  /** Since the crowd began. */
  atMs: number
  /** Until the supervisor had started it again and the shop called itself ready; null when that took too long. */
  backMs: number | null
}

/** In the first round each process is back before the next one dies, in the second they die on top of each other. */
const rounds = 2
const betweenMs = { least: 2_000, most: 3_000 }
const backWithinMs = 60_000

/** How the command line of our own processes looks: a pid that is somebody else's by now is left alone. */
function isOurs(target: Target, pid: number, run: RunFile): boolean {
  const line = commandLine(pid)
  const portOf = (variable: string) => new URL(run.env[variable] ?? 'none://0:0').port
  switch (target) {
    case 'server':
    case 'process':
    case 'worker':
      return isProgram(pid, target)
    case 'redis':
      return /redis|valkey/.test(line) && line.includes(`127.0.0.1:${portOf('REDIS_URL')}`)
    case 'postgres':
      return /\bpostgres\b/.test(line) && line.includes(`port=${portOf('DATABASE_URL')} `)
  }
}

function pidsOf({ pids }: RunFile, target: Target): number[] {
  if (target === 'process') return pids.processes ?? []
  const pid = pids[target]
  return pid === undefined ? [] : [pid]
}

/** The pid of a process of the shop that runs here, if it is alive and really ours. */
function findVictim(dir: string, target: Target): number | undefined {
  const run = findRunningShop(dir)
  return run ? pidsOf(run, target).find((pid) => isAlive(pid) && isOurs(target, pid, run)) : undefined
}

/** Which processes of the shop can be killed here: stores of your own have no pid, and are left alone. */
export const findTargets = (dir: string): Target[] =>
  targets.filter((target) => findVictim(dir, target) !== undefined)

export class Chaos {
  readonly faults: Fault[] = []
  private readonly begun = performance.now()
  private lastKillAt = performance.now()
  /** When the pause before the next kill began; far away while the last victim is waited for. */
  private pauseSince = Number.POSITIVE_INFINITY
  private readonly total: number
  private over = false

  constructor(
    private readonly dir: string,
    private readonly client: Client,
    private readonly victims: Target[],
  ) {
    this.total = rounds * victims.length
  }

  /** How much of the chaos is over, 0 … 1, growing evenly: what paces the crowd, so that it lasts through all of it. */
  share(): number {
    if (this.over) return 1
    const paused = Math.max(0, performance.now() - this.pauseSince)
    return Math.min(1, (this.faults.length + Math.min(1, paused / betweenMs.most)) / this.total)
  }

  /** Kills each process in turn, twice; resolves when all are back. */
  async run(onFault: (fault: Fault) => void): Promise<void> {
    try {
      await this.killAll(onFault)
    } finally {
      this.over = true
    }
  }

  /** When the last process was killed, on the clock of `performance.now()`. */
  get lastFaultAt(): number {
    return this.lastKillAt
  }

  private async killAll(onFault: (fault: Fault) => void): Promise<void> {
    const returns: Promise<void>[] = []
    for (let count = 0; count < this.total; count++) {
      this.pauseSince = performance.now()
      await sleep(betweenMs.least + Math.random() * (betweenMs.most - betweenMs.least))
      this.pauseSince = Number.POSITIVE_INFINITY
      const fault = await this.killOne(this.victims[count % this.victims.length] as Target)
      const back = this.untilBack(fault, this.lastKillAt).then(() => onFault(fault))
      returns.push(back)
      if (count < this.victims.length) await back
    }
    await Promise.all(returns)
  }

  private async killOne(target: Target): Promise<Fault> {
    const pid = await this.untilAlive(target)
    const run = findRunFile(this.dir)
    const of = run ? pidsOf(run, target).length : 1
    process.kill(pid, 'SIGKILL')
    this.lastKillAt = performance.now()
    const fault: Fault = {
      ...{ target, pid, of },
      atMs: Math.round(this.lastKillAt - this.begun),
      backMs: null,
    }
    this.faults.push(fault)
    return fault
  }

  private async untilAlive(target: Target): Promise<number> {
    for (const until = Date.now() + backWithinMs; Date.now() < until; await sleep(50)) {
      const pid = findVictim(this.dir, target)
      if (pid) return pid
    }
    throw new Error(`The ${target} did not come back: what the shop printed says why.`)
  }

  private async untilBack(fault: Fault, killedAt: number): Promise<void> {
    for (const until = Date.now() + backWithinMs; Date.now() < until; await sleep(25)) {
      const run = findRunFile(this.dir)
      const pids = run ? pidsOf(run, fault.target) : []
      // Other processes of the server may stand beside the one that is missing.
      if (pids.length < fault.of || pids.includes(fault.pid)) continue
      const ready = await this.client.send({ method: 'GET', path: '/readyz' }).then(
        (answer) => answer.status === 200,
        () => false,
      )
      if (!ready) continue
      fault.backMs = Math.round(performance.now() - killedAt)
      return
    }
  }
}
