import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Home } from './home'
import { choosePort, isPortFree } from './ports'
import { postgresAnswers } from './postgres-probe'
import { findPostgresPrograms, type PostgresPrograms } from './postgres-programs'
import { commandLine, endProcess, isAlive, processesIn } from './processes'
import { type Settings, saveSettings } from './settings'
import { launch, logTail, ownFile, ownFolder, runAs } from './spawn'

// A crash under load leaves at most max_wal_size to replay, which takes a slow disk this long.
const recoveryMs = 120_000

const dataOf = (home: Home) => join(home.path, 'postgres')

/** The pid in the data folder's own record, if that process still is the server of this very folder. */
export function findPostgres(home: Home): number | null {
  const record = join(dataOf(home), 'postmaster.pid')
  if (!existsSync(record)) return null
  const pid = Number(readFileSync(record, 'utf8').split('\n')[0])
  return pid > 0 && isAlive(pid) && commandLine(pid).includes(`-D ${dataOf(home)} `) ? pid : null
}

/**
 * Creates the cluster and the database beside their place and moves them there: a broken-off start leaves no half.
 * The name is new each time, because the initdb of a killed start goes on writing for a while.
 */
function createCluster(
  home: Home,
  programs: PostgresPrograms,
  { password, durable }: Settings['postgres'],
): void {
  const remains = readdirSync(home.path).filter((name) => name.startsWith('postgres.new'))
  for (const name of remains) rmSync(join(home.path, name), { recursive: true, force: true, maxRetries: 10 })
  const fresh = join(home.path, `postgres.new-${process.pid}-${Date.now()}`)
  const passwordFile = join(home.path, 'postgres.password')
  ownFolder(home, fresh)
  ownFile(home, passwordFile, password)
  const check = (step: { status: number | null; stderr: string }) => {
    if (step.status !== 0) throw new Error(`PostgreSQL could not set up its data:\n${step.stderr}`)
  }
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
  const access = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`]
  const options = [...locale, ...access, '--no-instructions', ...(durable ? [] : ['--no-sync'])]
  check(runAs(home.account, programs.initdb, ['-D', fresh, ...options]))
  const single = ['--single', '-D', fresh, '-c', `fsync=${durable ? 'on' : 'off'}`, 'postgres']
  check(runAs(home.account, programs.postgres, single, 'create database stampede\n'))
  rmSync(passwordFile)
  renameSync(fresh, dataOf(home))
}

function serverArguments(home: Home, { port, durable }: Settings['postgres']): string[] {
  const onOff = durable ? 'on' : 'off'
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    // Each context of a process may hold two pools of ten; idle connections are closed.
    max_connections: 300,
    shared_buffers: '128MB',
    // Reading ahead in worker processes and compiling queries pay off on larger machines and larger reads only.
    io_method: 'sync',
    jit: 'off',
    fsync: onOff,
    synchronous_commit: onOff,
    full_page_writes: onOff,
    timezone: 'UTC',
    log_timezone: 'UTC',
    // A failed statement would be logged with the personal data in it.
    log_min_error_statement: 'panic',
  }
  const pairs = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  return ['-D', dataOf(home), ...pairs]
}

/** Waits until the server takes connections; false when it ended before that. */
async function comesUp(pid: number, port: number): Promise<boolean> {
  for (const until = Date.now() + recoveryMs; Date.now() < until; await sleep(20)) {
    if (!isAlive(pid)) return false
    if (await postgresAnswers(port)) return true
  }
  throw new Error(`PostgreSQL (process ${pid}) does not answer at port ${port}.`)
}

/** What a killed server leaves behind: its record, and children that finish their statement before they notice. */
async function clearRemains(home: Home): Promise<void> {
  const children = processesIn(dataOf(home)).filter((pid) => commandLine(pid).startsWith('postgres: '))
  for (const pid of children) await endProcess(pid, [['SIGKILL', 5_000]])
  rmSync(join(dataOf(home), 'postmaster.pid'), { force: true })
}

/**
 * Makes sure that the PostgreSQL of this home runs and answers, and returns its pid. Its port stays the same unless a
 * stranger took it meanwhile. Called under the start lock.
 */
export async function ensurePostgres(
  home: Home,
  settings: Settings,
  log: (line: string) => void,
): Promise<number> {
  const mine = settings.postgres
  const running = findPostgres(home)
  if (running && (await comesUp(running, mine.port))) return running

  const programs = findPostgresPrograms(home)
  if (!existsSync(dataOf(home))) {
    log('creating a private PostgreSQL')
    createCluster(home, programs, mine)
  }
  await clearRemains(home)
  if (!(await isPortFree(mine.port, '127.0.0.1'))) {
    mine.port = await choosePort()
    saveSettings(home, settings)
  }
  const server = launch(home, 'postgres', programs.postgres, serverArguments(home, mine), dataOf(home))
  if (server.pid && (await comesUp(server.pid, mine.port))) return server.pid
  // The server of a start that was killed a moment ago may have been quicker.
  const rival = findPostgres(home)
  if (rival && (await comesUp(rival, mine.port))) return rival
  throw new Error(`The private PostgreSQL did not start:\n${logTail(home, 'postgres')}`)
}

/** Ends the PostgreSQL of this home, if it runs: open transactions are rolled back, everything else is on disk. */
export async function endPostgres(home: Home): Promise<void> {
  const pid = findPostgres(home)
  // SIGINT is PostgreSQL's fast shutdown, SIGQUIT ends it as a crash would.
  const steps = [
    ['SIGINT', 15_000],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 5_000],
  ] as const
  if (pid)
    await endProcess(
      pid,
      steps.map(([name, ms]) => [name, ms]),
    )
}
