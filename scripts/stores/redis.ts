import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Home } from './home'
import { choosePort, isPortFree } from './ports'
import { commandLine, endProcess, isAlive } from './processes'
import { askRedis } from './redis-probe'
import { findRedisProgram } from './redis-program'
import { type Settings, saveSettings } from './settings'
import { launch, logTail, ownFile, ownFolder } from './spawn'

// Replaying an append-only file of some gigabytes takes this long.
const loadingMs = 120_000

const dataOf = (home: Home) => join(home.path, 'redis')
const pidFileOf = (home: Home) => join(home.path, 'redis.pid')

/** The pid of this home's server. One that answers to the password is ours; a stuck one is known by its pid file. */
export async function findRedis(home: Home, { port, password }: Settings['redis']): Promise<number | null> {
  const answer = await askRedis(port, password)
  if (answer) return answer.pid
  if (!existsSync(pidFileOf(home))) return null
  const pid = Number(readFileSync(pidFileOf(home), 'utf8'))
  const line = pid > 0 && isAlive(pid) ? commandLine(pid) : ''
  return /redis|valkey/.test(line) && line.includes(`127.0.0.1:${port}`) ? pid : null
}

function configuration(home: Home, { port, password, durable }: Settings['redis']): string {
  return [
    'bind 127.0.0.1',
    `port ${port}`,
    `requirepass ${password}`,
    `dir ${JSON.stringify(dataOf(home))}`,
    'maxmemory-policy noeviction',
    'save ""',
    // With `always` a reply is sent after its command is on disk: kill -9 loses nothing that was promised.
    ...(durable ? ['appendonly yes', 'appendfsync always'] : ['appendonly no']),
    '',
  ].join('\n')
}

async function comesUp(pid: number, { port, password }: Settings['redis']): Promise<boolean> {
  for (const until = Date.now() + loadingMs; Date.now() < until; await sleep(20)) {
    if (!isAlive(pid)) return false
    if ((await askRedis(port, password))?.ready) return true
  }
  throw new Error(`Redis (process ${pid}) does not answer at port ${port}.`)
}

async function start(home: Home, settings: Settings, log: (line: string) => void): Promise<number | null> {
  const file = join(home.path, 'redis.conf')
  ownFolder(home, dataOf(home))
  ownFile(home, file, configuration(home, settings.redis))
  const server = launch(home, 'redis', await findRedisProgram(home, log), [file], dataOf(home))
  if (!server.pid) return null
  writeFileSync(pidFileOf(home), String(server.pid), { mode: 0o600 })
  return (await comesUp(server.pid, settings.redis)) ? server.pid : null
}

/**
 * Makes sure that the Redis of this home runs and answers, and returns its pid. Its port stays the same unless a
 * stranger took it meanwhile. A file too damaged to load is set aside and Redis starts empty: everything in it can be
 * rebuilt from the ledger, and a shop that never comes back is worse. Called under the start lock.
 */
export async function ensureRedis(
  home: Home,
  settings: Settings,
  log: (line: string) => void,
): Promise<number> {
  const mine = settings.redis
  const running = await findRedis(home, mine)
  if (running && (await comesUp(running, mine))) return running

  if (!(await isPortFree(mine.port, '127.0.0.1'))) {
    mine.port = await choosePort()
    saveSettings(home, settings)
  }
  const pid = await start(home, settings, log)
  if (pid) return pid
  // The server of a start that was killed a moment ago may have been quicker.
  const rival = await findRedis(home, mine)
  if (rival && (await comesUp(rival, mine))) return rival
  if (/bad file format|unexpected end of file|error reading the append/i.test(logTail(home, 'redis'))) {
    const aside = `${dataOf(home)}.damaged-${Date.now()}`
    log(`Redis can't read its file: it is kept as ${aside}, and Redis starts empty`)
    renameSync(dataOf(home), aside)
    const second = await start(home, settings, log)
    if (second) return second
  }
  throw new Error(`The private Redis did not start:\n${logTail(home, 'redis')}`)
}

/** Ends the Redis of this home, if it runs, after it has written its file. */
export async function endRedis(home: Home, settings: Settings): Promise<void> {
  const pid = await findRedis(home, settings.redis)
  if (pid)
    await endProcess(pid, [
      ['SIGTERM', 15_000],
      ['SIGKILL', 5_000],
    ])
}
