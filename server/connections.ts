import type { Server, ServerOptions } from 'node:http'
import { config } from '../lib/config'
import type { Env } from '../lib/env'

type Bounds = Pick<Env, 'MAX_CONNECTIONS' | 'SLOW_CLIENT_SECONDS'>

const closeIdleAtMostEachMs = 1_000

/**
 * How long a request may take to arrive, however slowly somebody sends it: a shopper sends a few hundred bytes within a
 * second, and whoever drips them holds a socket. The header has `SLOW_CLIENT_SECONDS`, the body as long again.
 */
export const requestBounds = ({ SLOW_CLIENT_SECONDS: seconds }: Bounds): ServerOptions => ({
  headersTimeout: seconds * 1_000,
  requestTimeout: 2 * seconds * 1_000,
  connectionsCheckingInterval: seconds * 200,
  keepAliveTimeout: config.http.keepAliveMs,
  maxHeaderSize: config.http.maxHeaderBytes,
})

/**
 * Bounds what connections may cost a server: how many there are, and how long one may stand still in the middle of a
 * request or an answer. When there are too many, those that wait for a next request make room: whoever is behind them
 * only has to connect again.
 */
export function boundConnections(server: Server, { MAX_CONNECTIONS }: Bounds): void {
  server.timeout = config.http.standstillMs
  let connections = 0
  let closedAt = Number.NEGATIVE_INFINITY
  // Not `maxConnections`, which does not see a connection that another process has accepted.
  server.on('connection', (socket) => {
    connections += 1
    socket.once('close', () => {
      connections -= 1
    })
    if (connections <= MAX_CONNECTIONS) return
    socket.destroy()
    const now = performance.now()
    if (now - closedAt < closeIdleAtMostEachMs) return
    closedAt = now
    server.closeIdleConnections()
  })
}
