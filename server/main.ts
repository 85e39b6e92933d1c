/**
 * The shop's HTTP server: Next behind a door of our own, which knows where a request really comes from and shuts down
 * without dropping anything that was begun.
 */
import { createServer, type IncomingMessage, Server, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import next from 'next'
import { env } from '../lib/env'
import { createLog, describeError } from '../lib/log'
import { createContext } from '../lib/open-context'
import { refused } from '../lib/result'
import { wakeDemo } from '../lib/sales/demo'
import { type Reply, respond } from '../lib/web/respond'
import { answerApi } from './api'
import { refusalOfPost } from './form-posts'
import { cleanHeaders } from './headers'
import { answerPost, logNextConsole } from './next-console'
import { securityHeaders } from './security-headers'

/** What is in flight gets this long to finish; a supervisor or platform waits about ten seconds. */
const shutdownMs = 8_000

const settings = env()
const log = createLog('server', settings.LOG_LEVEL)
const dev = settings.NODE_ENV !== 'production'
if (!dev) logNextConsole(log)
const port = settings.PORT
// Next calls the server itself to hand on an action: never over the public address, which may be a proxy's.
process.env.__NEXT_PRIVATE_ORIGIN ??= `http://127.0.0.1:${port}`

const server = createServer(
  {
    // A shopper sends a few hundred bytes within a second; whoever drips them longer than this holds a socket.
    headersTimeout: 10_000,
    requestTimeout: 30_000,
    connectionsCheckingInterval: 2_000,
    // Longer than the idle time of common load balancers (60 s), else they reuse a connection as it closes.
    keepAliveTimeout: 65_000,
    maxHeaderSize: 16 * 1024,
  },
  (request, response) => void answer(request, response),
)
const app = next({
  dev,
  dir: fileURLToPath(new URL('..', import.meta.url)),
  hostname: 'localhost',
  port,
  // Only the development server needs upgrades to WebSocket; elsewhere Next gets a server that never listens.
  httpServer: dev ? server : new Server(),
})
await app.prepare()
const handle = app.getRequestHandler()

/** With a context of its own, as `wake` has. In development Next answers the API too: it loads again what changes. */
const api = dev ? undefined : createContext('api', settings)

const demo = settings.STAMPEDE_DEMO === '1'
let woken: Promise<void> | undefined
let stopping = false

/** With a context of its own: the one that Next's bundles share consists of their copies of the classes. */
async function wake(): Promise<void> {
  const ctx = createContext('server', settings)
  await wakeDemo(ctx).finally(() => ctx.close())
}

/** The demo's clock starts with its first visitor. A failed attempt is made again with the next one. */
async function wakeOnce(): Promise<void> {
  woken ??= wake()
  await woken.catch((error) => {
    woken = undefined
    log.error(describeError(error), 'the demo could not be woken')
  })
}

const isProbe = (path: string) => path === '/livez' || path === '/readyz'

/** Next would answer some of the others with 500. */
const methods = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE']

/** Next would answer broken percent encoding with 500. */
function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}

/** A client may name the whole address, as it would to a proxy. Next would send it to whatever host that names. */
const withoutHost = (url: string) => url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?]*\/?/i, '/')

const isFormPost = ({ method }: IncomingMessage, path: string) =>
  method === 'POST' && !path.startsWith('/api/')

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    request.url = withoutHost(request.url ?? '/')
    const path = request.url.split('?', 1)[0] ?? '/'
    if (stopping) response.setHeader('connection', 'close')
    cleanHeaders(request.headers, request.socket.remoteAddress ?? '', settings)
    if (!methods.includes(request.method ?? '')) return void response.writeHead(405).end()
    if (!isDecodable(path)) return send(respond(refused('not_found')), response)
    if (isFormPost(request, path)) {
      const refusal = refusalOfPost(request.headers, settings)
      if (refusal) return send(respond(refusal), response)
    }
    if (demo && !isProbe(path)) await wakeOnce()
    const fromApi = api && answerApi(api, request, path)
    if (fromApi) return sendFromApi(await fromApi, request, response)
    // Here too, because the redirects that Next makes of odd paths have none of them.
    for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value)
    if (!isFormPost(request, path)) return await handle(request, response)
    await answerPost(log, response, () => handle(request, response))
  } catch (error) {
    log.error(describeError(error), 'a request failed outside of its handler')
    if (response.headersSent) response.destroy()
    else send(respond(refused('internal')), response)
  }
}

function send(reply: Reply, response: ServerResponse, more: Record<string, string> = {}): void {
  const length = { 'content-length': Buffer.byteLength(reply.body) }
  // A string, which Node sends with the headers in one piece.
  response.writeHead(reply.status, { ...more, ...reply.headers, ...length }).end(reply.body)
}

function sendFromApi(reply: Reply, request: IncomingMessage, response: ServerResponse): void {
  // Refused before its body had arrived: nobody waits for the rest of it.
  if (!request.complete) response.setHeader('connection', 'close')
  send(reply, response, securityHeaders)
}

/** Takes nothing new, finishes what was begun, and ends: on a signal, or when the supervisor is gone. */
async function stop(): Promise<void> {
  if (stopping) return
  stopping = true
  const closed = new Promise((resolve) => server.close(resolve))
  const idle = setInterval(() => server.closeIdleConnections(), 100)
  await Promise.race([closed.then(() => app.close()), sleep(shutdownMs)])
  clearInterval(idle)
  process.exit(0)
}
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop())
process.on('disconnect', () => void stop())

server.on('error', (error: NodeJS.ErrnoException) => {
  console.error(
    error.code === 'EADDRINUSE' ? `Port ${port} is in use: set PORT to another number.` : error.message,
  )
  process.exit(1)
})
server.listen(port, () => log.info({ port }, 'listening'))
