import { checkEnv } from '../../lib/env'
import { type StoreKind, startStore } from '../../scripts/stores'
import { endProcess } from '../../scripts/stores/processes'
import { test as base } from './api'
import { type Rig, startRig } from './rig'
import { rigFolder } from './runs'

/** What a crash is: no warning, nothing written, and nothing left running. */
const kill = (pid: number) => endProcess(pid, [['SIGKILL', 5_000]])

type Outages = {
  /** Ends the server as an update does, and starts it again. */
  restartServer(): Promise<void>
  /** Where the server writes what it says. */
  serverLog: string
  /** Kills a store with its data on disk; what it answers starts it again. */
  crash(kind: StoreKind): Promise<() => Promise<void>>
  /** Stops a store where it stands, with its connections open; what it answers lets it go on. */
  suspend(kind: StoreKind): Promise<() => void>
}

/** Tests on a shop of their own, whose stores may be killed while the other tests run on theirs. */
export const test = base.extend<object, { rig: Rig; outages: Outages }>({
  rig: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from the pattern.
    async ({}, use, { workerIndex }) => {
      const rig = await startRig(rigFolder(process.env.E2E_RUN ?? '', `outage-${workerIndex}`), {
        durable: true,
        more: { SERVER_PROCESSES: '1' },
      })
      await use(rig)
      await rig.stop()
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  outages: [
    async ({ rig }, use, { workerIndex }) => {
      const options = { dir: rigFolder(process.env.E2E_RUN ?? '', `outage-${workerIndex}`), durable: true }
      await use({
        serverLog: rig.serverLog,
        restartServer: rig.restartServer,
        async crash(kind) {
          const { pid } = await startStore(kind, options)
          await kill(pid)
          return async () => void (await startStore(kind, options))
        },
        async suspend(kind) {
          const { pid } = await startStore(kind, options)
          process.kill(pid, 'SIGSTOP')
          return () => void process.kill(pid, 'SIGCONT')
        },
      })
    },
    { scope: 'worker' },
  ],
  settings: [async ({ rig }, use) => use(checkEnv(rig.env)), { scope: 'worker' }],
  baseURL: async ({ rig }, use) => use(rig.url),
})
