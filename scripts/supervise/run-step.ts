import { spawn } from 'node:child_process'
import { root } from './root'

/** What a step printed. */
export type Printed = { stdout: string; all: string }

/**
 * Runs `node` with these arguments to its end. Throws with everything it printed when it fails. The signal ends it.
 */
export function runStep(args: string[], signal: AbortSignal, environment = process.env): Promise<Printed> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      // Not in the terminal's group: on Ctrl-C the supervisor ends it.
      detached: true,
      signal,
    })
    const printed: Printed = { stdout: '', all: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed.stdout += text
      printed.all += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      printed.all += text
    })
    child.once('error', reject)
    child.once('close', (code, killer) => {
      if (code === 0) resolve(printed)
      else reject(new Error(`${printed.all.trim()}\nIt ended with ${killer ?? `exit code ${code}`}.`))
    })
  })
}
