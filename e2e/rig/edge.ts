import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { NginxSettings } from '../../scripts/nginx/render'
import { choosePort } from '../../scripts/stores/ports'
import { type Nginx, startNginx } from './nginx'
import { assertNoFaults, type Started, startServer } from './processes'
import { rigFolder } from './runs'

/** nginx leaves a server out for two seconds, and writes its log once a second. */
const askedAgainMs = 30_000

/** The folder of one nginx of this run. */
export const nginxFolder = (name: string) => resolve(rigFolder(process.env.E2E_RUN ?? '', name))

export type Edge = Nginx & {
  servers: Started[]
  /** Ends a server as an update does, starts it again, and waits until nginx, which left it out, asks it again. */
  restart(index: number): Promise<void>
}

/** Two more servers on the stores of this run's shop, as behind a proxy in production, and nginx in front of them. */
export async function startEdge(name: string, settings: NginxSettings): Promise<Edge> {
  const [port, ...appPorts] = [await choosePort(), await choosePort(), await choosePort()]
  const PUBLIC_URL = `https://localhost:${port}`
  const folder = nginxFolder(name)
  const APP_SERVERS = appPorts.map((each) => `127.0.0.1:${each}`).join()
  const nginx = await startNginx(folder, { ...settings, PUBLIC_URL, APP_SERVERS })
  const env = JSON.parse(process.env.E2E_ENV ?? '{}')
  const start = (index: number) =>
    startServer(
      { ...env, PUBLIC_URL, PORT: String(appPorts[index]), TRUSTED_PROXY_HOPS: '1', TRUSTED_NETWORKS: '' },
      join(folder, `${index}.log`),
    )
  const servers = await Promise.all(appPorts.map((_, index) => start(index)))
  return {
    ...nginx,
    servers,
    async restart(index) {
      await servers[index]?.stop()
      servers[index] = await start(index)
      const before = readFileSync(nginx.accessLog, 'utf8').length
      const isAsked = () =>
        readFileSync(nginx.accessLog, 'utf8').slice(before).includes(`"127.0.0.1:${appPorts[index]}"`)
      const send = nginx.connect()
      for (const until = Date.now() + askedAgainMs; !isAsked(); await sleep(250)) {
        if (Date.now() > until) throw new Error('nginx does not ask the server that is back.')
        await send('/livez')
      }
    },
    async stop() {
      await Promise.all([nginx.stop(), ...servers.map((server) => server.stop())])
      for (const { log } of servers) assertNoFaults(log)
    },
  }
}
