import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { serveNginx } from '../nginx/serve'
import { choosePort } from '../stores/ports'
import { type Address, Connection } from './connection'
import { get } from './requests'
import type { BenchShop } from './shop'

/** nginx as it stands in front of the shop, and beside it one that has the same bytes in a file. */
export type Edge = { cached: Address; file: Address; path: string; stop(): Promise<void> }

export async function openEdge(shop: BenchShop, path: string): Promise<Edge> {
  const folder = resolve('.data/bench/nginx')
  mkdirSync(join(folder, 'files'), { recursive: true })
  const connection = new Connection(shop.port)
  const page = await connection.send(get(path))
  connection.close()
  if (page.status !== 200) throw new Error(`${path} answered ${page.status}.`)
  writeFileSync(join(folder, 'files/page.html'), page.body)
  const filePort = await choosePort()
  const served = await serveNginx(
    folder,
    {
      PUBLIC_URL: `https://localhost:${await choosePort()}`,
      APP_SERVERS: `127.0.0.1:${shop.port}`,
      // All of the crowd has one address here.
      ...{ REQUESTS_PER_SECOND: '1000000', REQUEST_BURST: '1000000', CONNECTIONS_PER_NETWORK: '10000' },
    },
    fileServer(filePort),
  )
  const { port, certificate, stop } = served
  return { cached: { port, certificate }, file: { port: filePort, certificate }, path, stop }
}

/** With the same TLS and the same kind of log. */
const fileServer = (port: number) => `
server {
  listen 127.0.0.1:${port} ssl http2;
  server_name localhost;
  ssl_certificate certificate.pem;
  ssl_certificate_key key.pem;
  ssl_protocols TLSv1.2 TLSv1.3;
  access_log file.log stampede buffer=64k flush=1s;
  location / {
    root files;
    default_type text/html;
    try_files /page.html =404;
  }
}
`
