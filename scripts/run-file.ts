import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Standing } from '../server/messages'

/**
 * What a running shop tells the other commands: where it is, which processes it consists of, and the environment they
 * need to reach its stores. Stores of your own have no pid here.
 */
export type RunFile = {
  url: string
  port: number
  /** Which process the supervisor is, beyond its pid: that number is given out again. */
  identity: string
  pids: {
    supervisor: number
    server?: number
    worker?: number
    postgres?: number
    redis?: number
    /** Those of the server that do the work: `server` only hands connections to them. */
    processes?: number[]
  }
  /** How the last `npm run restart` stands. */
  restart?: Standing['restart']
  env: Record<string, string>
}

/** The folder of everything that is not source: private stores, secrets, this file. STAMPEDE_DATA names another one. */
export const dataDir = () => resolve(process.env.STAMPEDE_DATA || '.data')

const fileOf = (dir: string) => join(dir, 'run.json')

/** The last shop that ran from this folder, or null. Its processes may be gone: check before you signal them. */
export function findRunFile(dir = dataDir()): RunFile | null {
  try {
    return JSON.parse(readFileSync(fileOf(dir), 'utf8')) as RunFile
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** Readers see the old or the new content, never half of it. Only the owner may read it: it holds passwords. */
export function writeRunFile(dir: string, run: RunFile): void {
  mkdirSync(dir, { recursive: true })
  const fresh = join(dir, `run.json.${process.pid}`)
  writeFileSync(fresh, `${JSON.stringify(run, null, 2)}\n`, { mode: 0o600 })
  renameSync(fresh, fileOf(dir))
}

export const removeRunFile = (dir: string) => rmSync(fileOf(dir), { force: true })
