import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Stores, startStores } from '../../scripts/stores'
import { choosePort } from '../../scripts/stores/ports'
import { type Environment, runProgram, type Started, startProgram, startServer } from './processes'
import { removeStores } from './runs'

export type Rig = {
  url: string
  /** Of the server and the worker; a context made from it is on the same stores. */
  env: Environment
  stores: Stores
  serverLog: string
  /** Its first process, which starts the others. */
  server(): Started
  /** Starts a server that was killed again, at the same address. */
  startServerAgain(): Promise<void>
  /** Ends the server as an update does, and starts it again. */
  restartServer(): Promise<void>
  stop(): Promise<void>
}

async function environment(stores: Stores): Promise<Environment> {
  const port = await choosePort()
  return {
    NODE_ENV: 'production',
    NEXT_TELEMETRY_DISABLED: '1',
    STAMPEDE_DEMO: '1',
    LOG_LEVEL: 'info',
    PORT: String(port),
    PUBLIC_URL: `http://localhost:${port}`,
    DATABASE_URL: stores.databaseUrl,
    REDIS_URL: stores.redisUrl,
    APP_SECRET: randomBytes(32).toString('base64'),
    SANDBOX_WEBHOOK_SECRET: randomBytes(32).toString('base64'),
    // A proof that costs next to nothing, checked like every other one.
    CAPTCHA_COST: '10',
    // All shoppers of a test run come from one address.
    TRUSTED_NETWORKS: '127.0.0.0/8,::1/128',
    // Browsers share the processors with the server and make it late: whom it would turn away for that is no fault of
    // the pages. Overload control is for the tests that flood a server of their own.
    CAPACITY_PER_SECOND: 'off',
  }
}

/**
 * A shop of its own: stores with fresh data in `dir`, one server and one worker of the production build. Only `durable`
 * stores keep what they acknowledged when they are killed.
 */
export async function startRig(
  dir: string,
  { durable = false, more = {} }: { durable?: boolean; more?: Environment } = {},
): Promise<Rig> {
  const stores = await startStores({ dir, durable })
  try {
    const env = { ...(await environment(stores)), ...more }
    await runProgram(['--import', 'tsx', 'db/prepare.ts'], env)
    if (!existsSync('.next/BUILD_ID')) await runProgram(['node_modules/next/dist/bin/next', 'build'], env)
    const serverLog = join(dir, 'server.log')
    const worker = startProgram('worker/main.ts', env, join(dir, 'worker.log'))
    let server = await startServer(env, serverLog).catch(async (error) => {
      await worker.stop()
      throw error
    })
    return {
      url: env.PUBLIC_URL ?? '',
      env,
      stores,
      serverLog,
      server: () => server,
      async startServerAgain() {
        server = await startServer(env, serverLog)
      },
      async restartServer() {
        await server.stop()
        server = await startServer(env, serverLog)
      },
      async stop() {
        await Promise.all([server.stop(), worker.stop()])
        await removeStores(dir)
      },
    }
  } catch (error) {
    await removeStores(dir)
    throw error
  }
}
