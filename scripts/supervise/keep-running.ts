import { type ChildProcess, spawn } from 'node:child_process'
import { createBackOff } from '../../lib/back-off'
import { say } from './say'

export type Kept = {
  pid(): number | undefined
  /** Ends the process politely; the next one takes up the environment as it is then. */
  renew(): void
  /** Ends it for good and at once: SIGINT, and after ten seconds SIGKILL. */
  stop(): Promise<void>
  kill(): void
}

/**
 * Keeps one TypeScript program running: whatever ends is started again, more slowly if it ends at once again and
 * again. The channel to it closes when this process dies, however that happens: by that it knows that it has to end.
 */
export function keepRunning(
  name: string,
  file: string,
  onChange: () => void,
  onMessage: (message: unknown) => void = () => {},
): Kept {
  let child: ChildProcess | undefined
  const backOff = createBackOff()
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
    started.on('message', onMessage)
    onChange()
    started.once('exit', (code, signal) => {
      child = undefined
      if (stopping) return
      if (!renewing) say(`the ${name} ended (${signal ?? `exit code ${code}`}): starting it again`)
      timer = setTimeout(start, renewing ? 0 : backOff(Date.now() - begun))
      renewing = false
    })
  }

  start()
  return {
    pid: () => child?.pid,
    renew() {
      renewing = child !== undefined
      child?.kill('SIGINT')
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
        last.kill('SIGINT')
      })
    },
    kill: () => void child?.kill('SIGKILL'),
  }
}
