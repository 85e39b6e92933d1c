import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { Account, Home } from './home'

/** A program to run: `argv0` is the name it is told it has, `libraries` extra folders of shared libraries. */
export type Program = { file: string; argv0?: string; libraries?: string }

const asAccount = (account: Account | null) => (account ? { uid: account.uid, gid: account.gid } : {})

// Next declares NODE_ENV as always present; the servers neither know nor need it, nor anything else of ours.
const environment = (program: Program) =>
  ({
    PATH: '/usr/local/bin:/usr/bin:/bin',
    LC_ALL: 'C',
    TZ: 'UTC',
    ...(program.libraries && { LD_LIBRARY_PATH: program.libraries }),
  }) as unknown as NodeJS.ProcessEnv

/** Runs a program to its end as the servers' user. `status` is null when it could not be started. */
export function runAs(account: Account | null, program: Program, args: string[], input = '') {
  return spawnSync(program.file, args, {
    ...asAccount(account),
    ...(program.argv0 && { argv0: program.argv0 }),
    cwd: '/',
    input,
    encoding: 'utf8',
    env: environment(program),
  })
}

/** Makes a folder that only the servers' user may enter. */
export function ownFolder(home: Home, path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 })
  if (home.account) chownSync(path, home.account.uid, home.account.gid)
  chmodSync(path, 0o700)
}

/** Writes a file that only the servers' user may read. */
export function ownFile(home: Home, path: string, content: string): void {
  writeFileSync(path, content, { mode: 0o600 })
  if (home.account) chownSync(path, home.account.uid, home.account.gid)
}

/**
 * Starts a server in a session of its own: it outlives a killed parent, and Ctrl-C in the terminal doesn't reach it.
 * What it says goes to `<name>.log` in the home; what it said during its last life is kept beside it.
 */
export function launch(
  home: Home,
  name: string,
  program: Program,
  args: string[],
  cwd: string,
): ChildProcess {
  if (existsSync(logOf(home, name))) renameSync(logOf(home, name), `${logOf(home, name)}.previous`)
  const log = openSync(logOf(home, name), 'w', 0o600)
  const child = spawn(program.file, args, {
    ...asAccount(home.account),
    ...(program.argv0 && { argv0: program.argv0 }),
    cwd,
    detached: true,
    stdio: ['ignore', log, log],
    env: environment(program),
  })
  child.on('error', () => {})
  child.unref()
  closeSync(log)
  return child
}

const logOf = (home: Home, name: string) => join(home.path, `${name}.log`)

/** The end of what a server said since its last start, for error messages. */
export function logTail(home: Home, name: string): string {
  return readFileSync(logOf(home, name), 'utf8').slice(-1500).trim()
}
