/**
 * One process of the shop's HTTP server. Its main thread knows where a request really comes from, answers the calls of
 * the API, passes everything else on to Next on a thread of its own (pages.ts), and ends without dropping anything that
 * was begun. The primary (main.ts) starts it, hands connections over to it and says when to leave.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { config } from '../lib/config'
import { env } from '../lib/env'
import { createLog, describeError } from '../lib/log'
import { createContext } from '../lib/open-context'
import { whenOrphaned } from '../lib/orphaned'
import { refused } from '../lib/result'
import { wakeDemo } from '../lib/sales/demo'
import { knownLiveReply } from '../lib/web/live'
import { type Reply, respond } from '../lib/web/respond'
import { answerApi } from './api'
import { boundConnections, requestBounds } from './connections'
import { isFormPost, isTooLargeToSignIn, refusalOfPost } from './form-posts'
import { startGuard } from './guard'
import { cleanHeaders, nameClient, relayMark } from './headers'
import type { Order, PagesTold, Told } from './messages'
import { missingPages } from './missing-pages'
import { createPassOn } from './pass-on'
import { hasBody, pathOf } from './request'
import { createSend } from './send'

const settings = env()
const log = createLog('server', settings.LOG_LEVEL)
const dev = settings.NODE_ENV !== 'production'

const server = createServer(requestBounds(settings))
if (!dev) boundConnections(server, settings)
/** Since when each is open. */
const open = new Map<Socket, number>()
server.on('connection', (socket) => {
  open.set(socket, performance.now())
  socket.once('close', () => open.delete(socket))
})
// A port of this process alone, on which the primary asks whether it is ready.
await once(server.listen(0, '127.0.0.1'), 'listening')
const own = (server.address() as AddressInfo).port
// And Next, which calls the server itself to hand on an action: another process would not know its mark (headers.ts).
const pages = new Worker(new URL('pages-thread.mjs', import.meta.url), {
  workerData: { relayMark },
  env: {
    ...process.env,
    __NEXT_PRIVATE_ORIGIN: `http://127.0.0.1:${own}`,
    NEXTAUTH_URL: settings.PUBLIC_URL,
  },
})
const [{ port }] = (await once(pages, 'message')) as [Extract<PagesTold, { kind: 'serving' }>]
const send = createSend(settings.PUBLIC_URL)
const { passOn, passUpgrade } = createPassOn(port, send)

/** With a context of its own, as `wake` has. In development Next answers the API too: it loads again what changes. */
const api = dev ? undefined : createContext('api', settings)
const whereTo = api && missingPages(api)
const guard = api && startGuard(api)
pages.on('message', (told: PagesTold) => {
  if (told.kind === 'late') guard?.pagesWere(told.lateMs, told.heapUsed)
})
if (dev) server.on('upgrade', passUpgrade)

const demo = settings.STAMPEDE_DEMO === '1'
let woken: Promise<void> | undefined
/** Waiting for a promise that is long kept would cost every request as much as finding its answer. */
let isAwake = !demo
let leaving = false

/** With a context of its own: the one that Next's bundles share consists of their copies of the classes. */
async function wake(): Promise<void> {
  const ctx = createContext('server', settings)
  await wakeDemo(ctx).finally(() => ctx.close())
}

/** The demo's clock starts with its first visitor. A failed attempt is made again with the next one. */
async function wakeOnce(): Promise<void> {
  woken ??= wake()
  try {
    await woken
    isAwake = true
  } catch (error) {
    woken = undefined
    log.error(describeError(error), 'the demo could not be woken')
  }
}

const isProbe = (path: string) => path === '/livez' || path === '/readyz'

/** Next would answer some of the others with 500. */
const methods = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE']

/** Next would answer broken percent encoding with 500. */
function isDecodable(path: string): boolean {
  if (!path.includes('%')) return true
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}

/** A client may name the whole address, as it would to a proxy. Next would send it to whatever host that names. */
const withoutHost = (url: string) =>
  url.startsWith('/') ? url : url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?]*\/?/i, '/')

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    request.url = withoutHost(request.url ?? '/')
    const path = pathOf(request)
    if (leaving) {
      response.setHeader('connection', 'close')
      if (path === '/readyz') return send(respond(refused('try_again')), response)
    }
    nameClient(request.headers, request.socket.remoteAddress ?? '', settings)
    if (!methods.includes(request.method ?? '')) return send({ status: 405, headers: {}, body: '' }, response)
    if (!isDecodable(path)) return send(respond(refused('not_found')), response)
    if (isFormPost(request.method, path)) {
      const refusal = refusalOfPost(request.headers, settings)
      if (refusal) return send(respond(refusal), response)
    }
    if (isTooLargeToSignIn(request, path))
      return sendFromApi(respond(refused('too_large')), request, response)
    if (!isAwake && !isProbe(path)) await wakeOnce()
    const fromApi = api && answerApi(api, request, path)
    if (fromApi) {
      // What is known is sent in this same turn.
      const reply = fromApi instanceof Promise ? await fromApi : fromApi
      return sendFromApi(reply, request, response)
    }
    cleanHeaders(request.headers, settings)
    if (whereTo && !isFormPost(request.method, path)) request.url = await whereTo(request.url)
    passOn(request, response)
  } catch (error) {
    log.error(describeError(error), 'a request failed outside of its handler')
    if (response.headersSent) response.destroy()
    else send(respond(refused('internal')), response)
  }
}

function sendFromApi(reply: Reply, request: IncomingMessage, response: ServerResponse): void {
  // Refused before its body had arrived: nobody waits for the rest of it.
  if (!request.complete && hasBody(request)) response.setHeader('connection', 'close')
  send(reply, response)
}

/** What somebody asks for on a new connection is here by then. Browsers also open some to have them. */
const firstWordMs = 1_000

/** Finishes what was begun, and ends. */
async function end(withinMs: number): Promise<void> {
  leaving = true
  const until = performance.now() + withinMs
  for (; open.size > 0 && performance.now() < until; await sleep(50)) {
    server.closeIdleConnections()
    for (const [socket, since] of open) {
      if (socket.bytesRead === 0 && performance.now() - since > firstWordMs) socket.destroy()
    }
  }
  pages.postMessage('end')
  await sleep(Math.max(0, until - performance.now()))
  process.exit(0)
}

function take(socket: Socket): void {
  tell({ kind: 'took' })
  server.emit('connection', socket)
}

const tell = (told: Told) => void process.send?.(told, () => {})

process.on('message', (order: Order, socket?: Socket) => {
  // It may have been closed on its way here.
  if (order.kind === 'connection') return socket ? take(socket) : tell({ kind: 'took' })
  leaving = true
  if (order.kind === 'end') void end(order.withinMs)
})
whenOrphaned(() => void end(config.server.shutdownMs))
// A terminal or platform sends these to the whole group: the primary says what they mean.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})

const livePath = /^\/api\/v1\/sales\/([\w-]+)\/live$/

/** What a crowd asks for most, before anything is looked at that it doesn't depend on: it is the same for everybody. */
function sendKnownLive(request: IncomingMessage, response: ServerResponse): boolean {
  if (request.method !== 'GET' || !api || !isAwake || leaving) return false
  const slug = livePath.exec(request.url ?? '')?.[1]
  const reply = slug && knownLiveReply(api, slug)
  if (reply) send(reply, response)
  return !!reply
}

server.on('request', (request, response) => {
  if (sendKnownLive(request, response)) return
  if (!guard || guard.takesOn(request, response)) void answer(request, response)
})
// Without pages this process is of no use: the primary starts another one.
pages.on('error', (error) => log.error(describeError(error), 'the thread of the pages failed'))
pages.on('exit', () => process.exit(leaving ? 0 : 1))
log.info({ process: process.pid, port: own }, 'serving')
tell({ kind: 'serving', port: own })
