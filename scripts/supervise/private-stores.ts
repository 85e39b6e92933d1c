import { setTimeout as sleep } from 'node:timers/promises'
import { type Store, type StoreKind, startStore, stopStores } from '../stores/index'
import { isAlive } from '../stores/processes'
import { say } from './say'

const pollMs = 250
const retryMs = 500

const labels = { postgres: 'PostgreSQL', redis: 'Redis' } as const
const variables = { postgres: 'DATABASE_URL', redis: 'REDIS_URL' } as const

export type PrivateStores = {
  pids: Partial<Record<StoreKind, number>>
  /** Starts what dies. `onChange` is told whether an address changed with it, which a port taken meanwhile may cause. */
  watch(onChange: (addressChanged: boolean) => void): void
  stop(): Promise<void>
}

/** Starts the stores that nobody gave an address for and puts their addresses into the environment. */
export async function startPrivateStores(dir: string, kinds: StoreKind[]): Promise<PrivateStores> {
  const pids: PrivateStores['pids'] = {}
  let stopping = false

  const take = (kind: StoreKind, store: Store): boolean => {
    const changed = process.env[variables[kind]] !== store.url
    process.env[variables[kind]] = store.url
    pids[kind] = store.pid
    return changed
  }
  const start = (kind: StoreKind) => startStore(kind, { dir, durable: true, log: say })

  async function keep(kind: StoreKind, onChange: (addressChanged: boolean) => void) {
    while (!stopping) {
      await sleep(pollMs)
      if (stopping || isAlive(pids[kind] ?? 0)) continue
      say(`the private ${labels[kind]} ended: starting it again`)
      try {
        const store = await start(kind)
        onChange(take(kind, store))
      } catch (error) {
        say((error as Error).message)
        await sleep(retryMs)
      }
    }
  }

  try {
    // Redis first: it is the one that may be missing on this system.
    for (const kind of kinds.toSorted().reverse()) take(kind, await start(kind))
  } catch (error) {
    await stopStores(dir)
    throw error
  }
  return {
    pids,
    watch(onChange) {
      for (const kind of kinds) void keep(kind, onChange)
    },
    async stop() {
      stopping = true
      if (kinds.length > 0) await stopStores(dir)
    },
  }
}
