import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { migrateLedger } from '../../db/migrate'
import type { Context } from '../../lib/context'
import { checkEnv } from '../../lib/env'
import { createContext } from '../../lib/open-context'
import { resetStores, startStores } from '../stores/index'
import { choosePort } from '../stores/ports'
import { fileInRoot } from '../supervise/root'
import { buildBench } from './build'
import { type Running, startProcess } from './process'

/** A shop of the bench's own: stores, a production server, and a context on the same stores. */
export type BenchShop = {
  ctx: Context
  databaseUrl: string
  port: number
  barePort: number
  origin: string
  secret: string
  pids: { server: number; redis: number; postgres: number }
  /** A worker process, which stands still: it works while whole purchases are measured. */
  worker: Running
  /** The same for the bare server, which hears of its payments by it. */
  bareWorker: Running
  close(): Promise<void>
}

/** Opens it. `progress` is told what takes long. Whatever was started is ended again when it fails. */
export async function openBenchShop(progress: (line: string) => void): Promise<BenchShop> {
  const dir = fileInRoot('.data/bench')
  mkdirSync(dir, { recursive: true })
  const closers: (() => Promise<unknown>)[] = []
  const close = async () => {
    for (const end of closers.splice(0).reverse()) await end()
  }
  try {
    progress('starting stores of its own')
    await resetStores(dir)
    closers.push(() => resetStores(dir))
    const stores = await startStores({ dir, durable: true })
    await migrateLedger(stores.databaseUrl)

    const port = await choosePort()
    const barePort = await choosePort()
    const origin = `http://127.0.0.1:${port}`
    const secret = randomBytes(32).toString('base64')
    const environment = {
      // One process beside one bare server.
      SERVER_PROCESSES: '1',
      ...{ NODE_ENV: 'production', STAMPEDE_DEMO: '1', STAMPEDE_BENCH: '1', NEXT_TELEMETRY_DISABLED: '1' },
      ...{ PORT: String(port), PUBLIC_URL: origin, BARE_PORT: String(barePort) },
      ...{ DATABASE_URL: stores.databaseUrl, REDIS_URL: stores.redisUrl },
      ...{ APP_SECRET: secret, SANDBOX_WEBHOOK_SECRET: randomBytes(32).toString('base64') },
      // As `npm start` sets it: a crowd played on this machine comes from one address.
      TRUSTED_NETWORKS: '127.0.0.0/8,::1/128',
      // A request that names an address comes from there, as through a proxy, and so from outside of these networks.
      TRUSTED_PROXY_HOPS: '1',
      // What a call costs is measured with as many in flight as there is work for, of which the server would turn some away.
      CAPACITY_PER_SECOND: 'off',
      // Checking a proof costs the same however much work it was.
      CAPTCHA_COST: '10',
    }
    await buildBench(environment, progress)

    progress('starting the servers')
    const start = (file: string, name: string, more = {}) =>
      startProcess(file, { ...environment, ...more }, join(dir, `${name}.log`))
    const server = start('server/main.ts', 'server')
    closers.push(server.stop)
    const bare = start('scripts/bench/bare-server.ts', 'bare-server')
    closers.push(bare.stop)
    await untilAnswers(`${origin}/readyz`, server)
    await untilAnswers(`http://127.0.0.1:${barePort}/`, bare)

    const ctx = createContext('bench', checkEnv({ ...environment, LOG_LEVEL: 'warn' }))
    closers.push(() => ctx.close())
    /** A worker that has begun and stands still. */
    async function startWorker(name: string, publicUrl: string): Promise<Running> {
      const log = join(dir, `${name}.log`)
      rmSync(log, { force: true })
      const worker = start('worker/main.ts', name, { PUBLIC_URL: publicUrl })
      closers.push(worker.stop)
      while (!readFileSync(log, 'utf8').includes('worker started')) {
        await Promise.race([sleep(50), worker.ended])
      }
      worker.pause()
      return worker
    }
    const worker = await startWorker('worker', origin)
    const bareWorker = await startWorker('bare-worker', `http://127.0.0.1:${barePort}`)
    const pids = { server: server.pid, ...stores.pids }
    return {
      ...{ ctx, databaseUrl: stores.databaseUrl, port, barePort, origin, secret, pids },
      ...{ worker, bareWorker, close },
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function untilAnswers(url: string, server: Running): Promise<void> {
  const giveUpAt = Date.now() + 60_000
  for (;;) {
    const status = await fetch(url, { signal: AbortSignal.timeout(5_000) }).then(
      (response) => response.status,
      () => 0,
    )
    if (status === 200) return
    if (Date.now() > giveUpAt) throw new Error(`${url} does not answer.`)
    await Promise.race([sleep(100), server.ended])
  }
}
