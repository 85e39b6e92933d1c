import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { fileInRoot } from '../supervise/root'

export type Running = {
  pid: number
  /** Rejects when the process ends by itself. */
  ended: Promise<never>
  /** Stands still, warm as it is, and goes on. */
  pause(): void
  resume(): void
  stop(): Promise<void>
}

/**
 * Starts a program of the checkout with this environment and nothing else. It ends with this process, however that
 * ends: the channel between them closes then. What it says goes to a file.
 */
export function startProcess(file: string, environment: Record<string, string>, logFile: string): Running {
  const log = openSync(logFile, 'a', 0o600)
  const child = spawn(process.execPath, ['--import', 'tsx', ...profiling(file), fileInRoot(file)], {
    env: { PATH: process.env.PATH ?? '', ...environment } as unknown as NodeJS.ProcessEnv,
    cwd: fileInRoot('.'),
    // Ctrl-C in the terminal reaches the bench alone, which then ends things in order.
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
  })
  closeSync(log)
  let stopping = false
  const gone = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const ended = gone.then((code) => {
    if (stopping) return new Promise<never>(() => {})
    throw new Error(`${file} ended with exit code ${code}: see ${logFile}`)
  })
  ended.catch(() => {})
  return {
    pid: child.pid ?? 0,
    ended,
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    async stop() {
      stopping = true
      child.kill('SIGCONT')
      child.kill('SIGTERM')
      const force = setTimeout(() => child.kill('SIGKILL'), 10_000)
      await gone
      clearTimeout(force)
    },
  }
}

/** `BENCH_PROFILE=server/main.ts` writes a CPU profile of that program when it ends. */
const profiling = (file: string) =>
  process.env.BENCH_PROFILE === file ? ['--cpu-prof', `--cpu-prof-dir=${fileInRoot('.data/bench')}`] : []
