import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Context } from '../../lib/context'
import { answer } from '../../lib/web/answer'
import type { Endpoint } from '../../lib/web/endpoint'
import { reserveEndpoint } from '../../lib/web/endpoints/carts'
import {
  cancelOrderEndpoint,
  confirmPaymentEndpoint,
  orderEndpoint,
  payEndpoint,
  readOrderEndpoint,
} from '../../lib/web/endpoints/orders'
import { answerLive } from '../../lib/web/live'
import { respond } from '../../lib/web/respond'
import { answerSession } from '../../lib/web/session'

// Each endpoint has types of its own; here only its method and path matter.
// biome-ignore lint/suspicious/noExplicitAny: a list of endpoints of any types.
const endpoints: Endpoint<any, any, any, any>[] = [
  ...[reserveEndpoint, orderEndpoint, readOrderEndpoint, cancelOrderEndpoint],
  ...[payEndpoint, confirmPaymentEndpoint],
]

const routes = endpoints.map((endpoint) => ({
  endpoint,
  pattern: new RegExp(`^/api/v1${endpoint.path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
}))

/**
 * The shop's API over real HTTP without the pages, in this process. `lose` decides for each request whether its answer
 * is lost after the call was carried out, or never carried out at all.
 */
export async function serveForTests(
  ctx: Context,
  lose: () => 'answer' | 'call' | undefined = () => undefined,
): Promise<{ url: string; close(): Promise<void> }> {
  Object.assign(globalThis, { stampedeContext: ctx })

  async function handle(request: IncomingMessage, response: ServerResponse) {
    const lost = lose()
    if (lost === 'call') return request.socket.destroy()
    const result = await dispatch(ctx, await toWeb(request))
    if (lost === 'answer') return request.socket.destroy()
    response.writeHead(result.status, Object.fromEntries(result.headers))
    response.end(Buffer.from(await result.arrayBuffer()))
  }
  const server = createServer((request, response) => void handle(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function dispatch(ctx: Context, request: Request): Promise<Response> {
  const { pathname } = new URL(request.url)
  if (pathname === '/api/v1/session') return answerSession(ctx, request)
  const live = /^\/api\/v1\/sales\/([^/]+)\/live$/.exec(pathname)?.[1]
  if (live) return answerLive(ctx, live)
  for (const { endpoint, pattern } of routes) {
    const found = endpoint.method === request.method && pattern.exec(pathname)
    if (found) return answer(ctx, endpoint, request, { ...found.groups })
  }
  return respond({ ok: false, reason: 'not_found' })
}

async function toWeb(request: IncomingMessage): Promise<Request> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const headers = new Headers({ 'x-client-address': '127.0.0.1' })
  for (const [name, value] of Object.entries(request.headers)) {
    if (typeof value === 'string') headers.set(name, value)
  }
  const { method = 'GET', url = '/' } = request
  const body = chunks.length > 0 ? { body: Buffer.concat(chunks) } : {}
  return new Request(`http://localhost${url}`, { method, headers, ...body })
}
