/**
 * Next, on a thread of its own: its hooks on every promise and timer, and the long turns in which it makes pages, cost
 * the calls of the API nothing, which the main thread answers (process.ts). All requests come from there, with headers
 * that can be trusted.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { parentPort } from 'node:worker_threads'
import next from 'next'
import { config } from '../lib/config'
import { captchaHosts, env } from '../lib/env'
import { createLog, describeError } from '../lib/log'
import { isFormPost } from './form-posts'
import { isRelayed } from './headers'
import { watchLateness } from './lateness'
import type { PagesTold } from './messages'
import { answerPost, logNextConsole } from './next-console'
import { answerOlderAsset } from './older-assets'
import { pathOf } from './request'
import { securityHeaders } from './security-headers'
import { createPages, sendWholePages, takeGzip } from './whole-pages'

const settings = env()
const log = createLog('server', settings.LOG_LEVEL)
const dev = settings.NODE_ENV !== 'production'
if (!dev) logNextConsole(log)

// Whoever calls is bounded where the connection came in; between here and there nothing is idle for too long.
const server = createServer({
  ...{ headersTimeout: 0, requestTimeout: 0, keepAliveTimeout: 0 },
  maxHeaderSize: 2 * config.http.maxHeaderBytes,
})
await once(server.listen(0, '127.0.0.1'), 'listening')

const app = next({
  dev,
  dir: fileURLToPath(new URL('..', import.meta.url)),
  hostname: 'localhost',
  port: settings.PORT,
  // Only the development server needs upgrades to WebSocket; elsewhere Next gets a server that never listens.
  httpServer: dev ? server : new Server(),
})
await app.prepare()
const handle = app.getRequestHandler()

const pages = createPages(settings.PUBLIC_URL, captchaHosts(settings))
const forPages = new Map(Object.entries(securityHeaders(settings.PUBLIC_URL)))

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  // Somebody on this machine who found the port: headers that claim an address would be believed.
  if (!isRelayed(request.headers)) return void response.writeHead(403).end()
  const path = pathOf(request)
  // Here too, because the redirects that Next makes of odd paths have none of them.
  response.setHeaders(forPages)
  // Development loads its tools by inline scripts and writes no page twice the same.
  if (!dev) sendWholePages(request, response, pages, takeGzip(request.headers, path))
  if (!dev && answerOlderAsset(request, response, path)) return
  if (!isFormPost(request.method, path)) return await handle(request, response)
  await answerPost(log, response, () => handle(request, response))
}

server.on('request', (request, response) => {
  answer(request, response).catch((error: unknown) => {
    log.error(describeError(error), 'a request failed outside of its handler')
    // The main thread says so to whoever asked.
    response.destroy()
  })
})

const tell = (told: PagesTold) => parentPort?.postMessage(told)

watchLateness((lateMs) => tell({ kind: 'late', lateMs, heapUsed: process.memoryUsage().heapUsed }))
parentPort?.once('message', () => {
  void app.close().finally(() => process.exit(0))
})
tell({ kind: 'serving', port: (server.address() as AddressInfo).port })
