import { randomBytes } from 'node:crypto'
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { processIdentity } from './processes'

const patienceMs = 300_000

type Owner = { pid: number; identity: string; token: string }

function readOwner(file: string): Owner | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Owner
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** Linking a complete file is atomic: nobody ever reads a lock that is half written. */
function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Moves a dead owner's lock away. If it was a new owner's by then, that one is put back. */
function breakLock(file: string, dead: Owner, mine: string): void {
  const aside = `${mine}.broken`
  try {
    renameSync(file, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  if (readOwner(aside)?.token !== dead.token) tryLink(aside, file)
  rmSync(aside, { force: true })
}

/**
 * Runs `work` while no other process runs anything under the same lock file. A lock whose owner died is broken.
 * Throws when the owner lives and keeps the lock for five minutes.
 */
export async function withLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  const token = randomBytes(9).toString('hex')
  const mine = `${file}.${token}`
  const owner: Owner = { pid: process.pid, identity: processIdentity(process.pid), token }
  writeFileSync(mine, JSON.stringify(owner), { mode: 0o600 })
  try {
    const until = Date.now() + patienceMs
    while (!tryLink(mine, file)) {
      const rival = readOwner(file)
      if (rival && processIdentity(rival.pid) !== rival.identity) breakLock(file, rival, mine)
      else if (Date.now() > until)
        throw new Error(`${file} is held by process ${rival?.pid}, which does not finish.`)
      else await sleep(50)
    }
    try {
      return await work()
    } finally {
      if (readOwner(file)?.token === token) rmSync(file, { force: true })
    }
  } finally {
    rmSync(mine, { force: true })
  }
}
