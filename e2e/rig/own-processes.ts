import { setTimeout as sleep } from 'node:timers/promises'
import { checkEnv } from '../../lib/env'
import type { Standing } from '../../server/messages'
import { test as base } from './api'
import { listProcesses, type OwnProcess, startMs } from './processes'
import { type Rig, startRig } from './rig'
import { rigFolder } from './runs'

async function bothProcesses(serverLog: string): Promise<[OwnProcess, OwnProcess]> {
  for (const until = Date.now() + startMs; Date.now() < until; await sleep(50)) {
    const [first, second, ...more] = listProcesses(serverLog)
    if (first && second && more.length === 0) return [first, second]
  }
  throw new Error('There are no two processes that serve.')
}

type Fixtures = {
  rig: Rig
  /** Both processes, once both serve. */
  bothProcesses(): Promise<[OwnProcess, OwnProcess]>
  /** Replaces them all and resolves when that is done. */
  restart(): Promise<void>
}

/** Tests on a server of their own with two processes, which may be killed and replaced. */
export const test = base.extend<object, Fixtures>({
  rig: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from the pattern.
    async ({}, use, { workerIndex }) => {
      const folder = rigFolder(process.env.E2E_RUN ?? '', `processes-${workerIndex}`)
      const rig = await startRig(folder, { more: { SERVER_PROCESSES: '2' } })
      await use(rig)
      await rig.stop()
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  bothProcesses: [async ({ rig }, use) => use(() => bothProcesses(rig.serverLog)), { scope: 'worker' }],
  restart: [
    async ({ rig }, use) =>
      use(
        () =>
          new Promise((resolve, reject) => {
            const { child } = rig.server()
            child.on('message', ({ restart }: Standing) => {
              if (restart?.state === 'done') resolve()
              if (restart?.state === 'given up') reject(new Error('The restart was given up.'))
            })
            child.kill('SIGHUP')
          }),
      ),
    { scope: 'worker' },
  ],
  settings: [async ({ rig }, use) => use(checkEnv(rig.env)), { scope: 'worker' }],
  baseURL: async ({ rig }, use) => use(rig.url),
})
