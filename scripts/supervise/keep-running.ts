import { type ChildProcess, spawn } from 'node:child_process'
import { say } from './say'

const firstDelayMs = 100
const longestDelayMs = 5_000
/** A process that lived this long was healthy: its next restart is immediate again. */
const healthyMs = 10_000

export type Kept = {
  pid(): number | undefined
  /** Ends the process politely; the next one takes up the environment as it is then. */
  renew(): void
  /** Ends it for good: SIGTERM, and after ten seconds SIGKILL. */
  stop(): Promise<void>
  kill(): void
}

/**
 * Keeps one TypeScript program running: whatever ends is started again, more slowly if it ends at once again and
 * again. The channel to it closes when this process dies, however that happens: by that it knows that it has to end.
 */
export function keepRunning(name: string, file: string, onChange: () => void): Kept {
  let child: ChildProcess | undefined
  let delayMs = firstDelayMs
  let stopping = false
  let renewing = false
  let timer: NodeJS.Timeout | undefined

  function start() {
    const begun = Date.now()
    // In a session of its own: Ctrl-C in the terminal reaches the supervisor alone, which then ends things in order.
    const started = spawn(process.execPath, ['--import', 'tsx', file], {
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    child = started
    onChange()
    started.once('exit', (code, signal) => {
      child = undefined
      if (stopping) return
      if (renewing || Date.now() - begun > healthyMs) delayMs = firstDelayMs
      if (!renewing) say(`the ${name} ended (${signal ?? `exit code ${code}`}): starting it again`)
      renewing = false
      timer = setTimeout(start, delayMs)
      delayMs = Math.min(delayMs * 2, longestDelayMs)
    })
  }

  start()
  return {
    pid: () => child?.pid,
    renew() {
      renewing = child !== undefined
      child?.kill('SIGTERM')
    },
    stop() {
      stopping = true
      clearTimeout(timer)
      const last = child
      if (!last) return Promise.resolve()
      return new Promise((resolve) => {
        const force = setTimeout(() => last.kill('SIGKILL'), 10_000)
        last.once('exit', () => {
          clearTimeout(force)
          resolve()
        })
        last.kill('SIGTERM')
      })
    },
    kill: () => void child?.kill('SIGKILL'),
  }
}
