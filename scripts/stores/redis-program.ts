import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Account, Home } from './home'
import { installRedis } from './redis-install'
import { unpackedRedis } from './redis-unpack'
import { type Program, runAs } from './spawn'

/** Where to look; a test passes other places to play a machine without Redis. */
type Places = { path: string; debianTool: string }

const usualPlaces: Places = { path: process.env.PATH ?? '', debianTool: '/usr/bin/redis-check-rdb' }

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** True when the servers' user can run it and it says that it is the server. */
const isServer = (account: Account | null, program: Program) =>
  isExecutable(program.file) && /server v=/i.test(runAs(account, program, ['--version']).stdout ?? '')

/**
 * A Redis or Valkey server that is already here: on PATH, in Debian's redis-tools, or unpacked by an earlier start.
 * Redis' server and its check tool are one program that looks at its own name: redis-tools holds the server too.
 */
export function findInstalledRedis(home: Home, places = usualPlaces): Program | null {
  const folders = places.path.split(delimiter).filter(Boolean)
  const unpacked = unpackedRedis(home)
  const candidates: Program[] = [
    ...['redis-server', 'valkey-server'].flatMap((name) =>
      folders.map((folder) => ({ file: join(folder, name) })),
    ),
    { file: places.debianTool, argv0: 'redis-server' },
    ...(unpacked ? [unpacked] : []),
  ]
  return candidates.find((program) => isServer(home.account, program)) ?? null
}

/** A Redis or Valkey server, installed first when there is none. Throws an Error that says what to install or set. */
export async function findRedisProgram(
  home: Home,
  log: (line: string) => void,
  places = usualPlaces,
): Promise<Program> {
  const here = findInstalledRedis(home, places)
  if (here) return here
  const problem = installRedis(home, log)
  const installed = problem === null ? findInstalledRedis(home, places) : null
  if (installed) return installed
  throw new Error(
    `No redis-server was found, and installing one did not work: ${problem ?? 'it does not run here'}\n` +
      'Install Redis or Valkey (on Debian and Ubuntu: apt-get install redis-tools), or set REDIS_URL, ' +
      'or UPSTASH_REDIS_REST_URL with UPSTASH_REDIS_REST_TOKEN.',
  )
}
