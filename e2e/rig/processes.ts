import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { isAlive } from '../../scripts/stores/processes'
import { call, type Send } from './call'

/** From a cold start on a busy machine; usually it takes two seconds. */
export const startMs = 60_000
/** The shop ends by itself within eight seconds of being asked to. */
const endMs = 12_000

export type Environment = Record<string, string>

export type Started = { log: string; child: ChildProcess; stop(): Promise<void> }

const complete = (env: Environment) => ({ ...process.env, ...env }) as NodeJS.ProcessEnv

/** Runs a program of ours to its end; throws with what it said when it fails. */
export async function runProgram(args: string[], env: Environment): Promise<void> {
  const child = spawn(process.execPath, args, { env: complete(env), stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said += data))
  const code = await new Promise((resolve) => child.once('close', resolve))
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}:\n${said}`)
}

/** Starts the server or the worker. What it says goes to `log`; the channel to it ends it when this process dies. */
export function startProgram(file: string, env: Environment, log: string): Started {
  const output = openSync(log, 'a', 0o600)
  const child = spawn(process.execPath, ['--import', 'tsx', file], {
    env: complete(env),
    stdio: ['ignore', output, output, 'ipc'],
  })
  closeSync(output)
  const ended = new Promise((resolve) => child.once('close', resolve))
  return {
    child,
    log,
    async stop() {
      // At once: SIGTERM would wait for balancers to hear of it.
      child.kill('SIGINT')
      const force = setTimeout(() => child.kill('SIGKILL'), endMs)
      await ended
      clearTimeout(force)
    },
  }
}

/** Throws when the server of this log met a fault, whatever was thrown at it. */
export function assertNoFaults(log: string): void {
  const faults = readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => /"level":[56]0|^\s+at |Error:/.test(line))
  if (faults.length > 0) throw new Error(`The server met faults:\n${faults.slice(0, 20).join('\n')}`)
}

/** Starts a server and waits until it and its stores are ready. */
export async function startServer(env: Environment, log: string): Promise<Started> {
  const server = startProgram('server/main.ts', env, log)
  for (const until = Date.now() + startMs; ; await sleep(50)) {
    const ready = await fetch(`http://127.0.0.1:${env.PORT}/readyz`).then(
      ({ status }) => status === 200,
      () => false,
    )
    if (ready) return server
    if (Date.now() > until || server.child.exitCode !== null) {
      await server.stop()
      throw new Error(`The server did not become ready:\n${readFileSync(log, 'utf8').slice(-4_000)}`)
    }
  }
}

/** One process of a server, asked by itself, whichever process a connection to the server would have reached. */
export type OwnProcess = { pid: number; url: string; send: Send }

type Line = { msg?: string; process?: number; port?: number }

/** The processes that this server's log says serve, and that live. */
export function listProcesses(serverLog: string): OwnProcess[] {
  const lines = readFileSync(serverLog, 'utf8').split('\n')
  const told = lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Line)
  return told.flatMap(({ msg, process: pid = 0, port }) => {
    const url = `http://127.0.0.1:${port}`
    const send: Send = (path, options) => call(url, path, options)
    return msg === 'serving' && isAlive(pid) ? [{ pid, url, send }] : []
  })
}
