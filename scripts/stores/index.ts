import { readdirSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Home, openHome } from './home'
import { withLock } from './lock'
import { endPostgres, ensurePostgres, findPostgres } from './postgres'
import { endRedis, ensureRedis, findRedis } from './redis'
import { findSettings, getSettings, type Settings, saveSettings } from './settings'

export type StoreKind = 'postgres' | 'redis'

export type StoreOptions = {
  /** The folder whose stores these are. Another folder has other stores. */
  dir: string
  /** True: what was acknowledged survives kill -9 and power loss. False: for tests, several times faster. */
  durable: boolean
  /** Told what takes long: creating the data, installing Redis. */
  log?: (line: string) => void
}

export type Store = { url: string; pid: number }

export type Stores = {
  databaseUrl: string
  redisUrl: string
  pids: { postgres: number; redis: number }
  stop(): Promise<void>
}

const urls = {
  postgres: ({ port, password }: Settings['postgres']) =>
    `postgres://postgres:${password}@127.0.0.1:${port}/stampede`,
  redis: ({ port, password }: Settings['redis']) => `redis://:${password}@127.0.0.1:${port}`,
}

const lockName = 'start.lock'
const locked = <T>(home: Home, work: () => Promise<T>) => withLock(join(home.path, lockName), work)

async function end(home: Home, kind: StoreKind, settings: Settings): Promise<void> {
  await (kind === 'postgres' ? endPostgres(home) : endRedis(home, settings))
}

async function ensure(home: Home, kind: StoreKind, options: StoreOptions): Promise<Store> {
  const settings = await getSettings(home, options.durable)
  if (settings[kind].durable !== options.durable) {
    await end(home, kind, settings)
    settings[kind].durable = options.durable
    saveSettings(home, settings)
  }
  const log = options.log ?? (() => {})
  const pid = await (kind === 'postgres'
    ? ensurePostgres(home, settings, log)
    : ensureRedis(home, settings, log))
  return { url: urls[kind](settings[kind]), pid }
}

/**
 * Makes sure that the private PostgreSQL or Redis of a folder runs and answers: attaches to a running one, starts a
 * dead one on its old port with its old data. Any number of processes may call this at once. Throws an Error that
 * says what is missing on this system.
 */
export async function startStore(kind: StoreKind, options: StoreOptions): Promise<Store> {
  const home = openHome(options.dir)
  return locked(home, () => ensure(home, kind, options))
}

/** `startStore` for both of them. `stop` ends both, whoever else uses them. */
export async function startStores(options: StoreOptions): Promise<Stores> {
  const home = openHome(options.dir)
  return locked(home, async () => {
    // Redis first, because it is the one that may be missing here: then nothing is left running.
    const redis = await ensure(home, 'redis', options)
    const postgres = await ensure(home, 'postgres', options)
    return {
      databaseUrl: postgres.url,
      redisUrl: redis.url,
      pids: { postgres: postgres.pid, redis: redis.pid },
      stop: async () => void (await stopStores(options.dir)),
    }
  })
}

async function endBoth(home: Home): Promise<StoreKind[]> {
  const settings = findSettings(home)
  if (!settings) return []
  const running: StoreKind[] = []
  if (findPostgres(home)) running.push('postgres')
  if (await findRedis(home, settings.redis)) running.push('redis')
  await Promise.all(running.map((kind) => end(home, kind, settings)))
  return running
}

/** Ends the private stores of a folder cleanly; the data stays. Answers which of them were running. */
export async function stopStores(dir: string): Promise<StoreKind[]> {
  const home = openHome(dir)
  return locked(home, () => endBoth(home))
}

/** Ends the private stores of a folder and deletes their data, passwords and ports. */
export async function resetStores(dir: string): Promise<void> {
  const home = openHome(dir)
  await locked(home, async () => {
    await endBoth(home)
    // The lock itself stays, because another start may be waiting for it.
    for (const name of readdirSync(home.path).filter((entry) => !entry.startsWith(lockName))) {
      rmSync(join(home.path, name), { recursive: true, force: true })
    }
  })
  try {
    rmdirSync(home.path)
  } catch (error) {
    // Whoever waited for the lock keeps the folder.
    if ((error as NodeJS.ErrnoException).code !== 'ENOTEMPTY') throw error
  }
}
