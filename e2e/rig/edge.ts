import { join, resolve } from 'node:path'
import type { NginxSettings } from '../../scripts/nginx/render'
import { choosePort } from '../../scripts/stores/ports'
import { type Nginx, startNginx } from './nginx'
import { assertNoFaults, type Started, startServer } from './processes'
import { rigFolder } from './runs'

/** The folder of one nginx of this run. */
export const nginxFolder = (name: string) => resolve(rigFolder(process.env.E2E_RUN ?? '', name))

export type Edge = Nginx & { servers: Started[] }

/** Two more servers on the stores of this run's shop, as behind a proxy in production, and nginx in front of them. */
export async function startEdge(name: string, settings: NginxSettings): Promise<Edge> {
  const [port, ...appPorts] = [await choosePort(), await choosePort(), await choosePort()]
  const PUBLIC_URL = `https://localhost:${port}`
  const folder = nginxFolder(name)
  const APP_SERVERS = appPorts.map((each) => `127.0.0.1:${each}`).join()
  const nginx = await startNginx(folder, { ...settings, PUBLIC_URL, APP_SERVERS })
  const env = JSON.parse(process.env.E2E_ENV ?? '{}')
  const servers = await Promise.all(
    appPorts.map((each) =>
      startServer(
        { ...env, PUBLIC_URL, PORT: String(each), TRUSTED_PROXY_HOPS: '1', TRUSTED_NETWORKS: '' },
        join(folder, `${each}.log`),
      ),
    ),
  )
  return {
    ...nginx,
    servers,
    async stop() {
      await Promise.all([nginx.stop(), ...servers.map((server) => server.stop())])
      for (const { log } of servers) assertNoFaults(log)
    },
  }
}
