import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const onLinux = process.platform === 'linux'

function ps(pid: number, column: string): string {
  try {
    return execFileSync('ps', ['-o', `${column}=`, '-p', String(pid)], { encoding: 'utf8' }).trim()
  } catch {
    return ''
  }
}

function procFile(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch {
    return ''
  }
}

/** How a process was started, words separated by spaces; '' when it is gone or only its exit status is left. */
export const commandLine = (pid: number): string =>
  onLinux ? procFile(pid, 'cmdline').replaceAll('\0', ' ').trim() : ps(pid, 'args')

/** True while the process runs. Where nobody collects orphans a dead one stays as a zombie: that counts as gone. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  return !onLinux || !/^\d+ \(.*\) [ZX]/s.test(procFile(pid, 'stat'))
}

/**
 * Names one process for good: a pid is given out again after a while, and after the restart of a container at once.
 * '' when there is no such process.
 */
export function processIdentity(pid: number): string {
  if (!isAlive(pid)) return ''
  if (!onLinux) return ps(pid, 'lstart')
  const afterName = procFile(pid, 'stat').split(') ').at(-1) ?? ''
  const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  // Field 22 of proc(5): clock ticks between boot and the start of the process.
  return `${bootId}/${afterName.split(' ')[19]}`
}

/** The processes that work in this folder. Empty where the system has no /proc. */
export function processesIn(folder: string): number[] {
  if (!onLinux) return []
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      try {
        return pid > 0 && readlinkSync(`/proc/${pid}/cwd`) === folder
      } catch {
        return false
      }
    })
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** Sends each signal in turn until the process is gone, and waits the given milliseconds after each of them. */
export async function endProcess(pid: number, steps: readonly [NodeJS.Signals, number][]): Promise<void> {
  for (const [name, patienceMs] of steps) {
    signal(pid, name)
    for (const until = Date.now() + patienceMs; Date.now() < until; await sleep(20)) {
      if (!isAlive(pid)) return
    }
  }
  if (isAlive(pid)) throw new Error(`Process ${pid} does not end.`)
}
