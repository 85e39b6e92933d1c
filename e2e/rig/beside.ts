import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { choosePort } from '../../scripts/stores/ports'
import { assertNoFaults, type Environment, type Started, startServer } from './processes'
import { rigFolder } from './runs'

export type Beside = Started & { url: string; port: number }

/** One more server on the stores of this run's shop, with settings of its own. `stop` fails if it met a fault. */
export async function startBeside(name: string, settings: Environment): Promise<Beside> {
  const folder = rigFolder(process.env.E2E_RUN ?? '', 'beside')
  mkdirSync(folder, { recursive: true })
  const port = await choosePort()
  const url = `http://localhost:${port}`
  const given = JSON.parse(process.env.E2E_ENV ?? '{}')
  const env: Environment = { ...given, PORT: String(port), PUBLIC_URL: url, SERVER_PROCESSES: '1' }
  const server = await startServer({ ...env, ...settings }, join(folder, `${name}.log`))
  return {
    ...server,
    url,
    port,
    async stop() {
      await server.stop()
      assertNoFaults(server.log)
    },
  }
}
