import type { IncomingMessage } from 'node:http'
import type { Context } from '../lib/context'
import { createMemo } from '../lib/memo'
import { ok, type Result, refused } from '../lib/result'
import { answer } from '../lib/web/answer'
import type { ApiRequest, RequestHeaders } from '../lib/web/api-request'
import type { Endpoint } from '../lib/web/endpoint'
import {
  extendEndpoint,
  readCartEndpoint,
  releaseEndpoint,
  reserveEndpoint,
} from '../lib/web/endpoints/carts'
import {
  cancelOrderEndpoint,
  confirmPaymentEndpoint,
  orderEndpoint,
  payEndpoint,
  readOrderEndpoint,
} from '../lib/web/endpoints/orders'
import { challengeEndpoint, proveEndpoint } from '../lib/web/endpoints/proofs'
import { admitEndpoint, joinEndpoint } from '../lib/web/endpoints/rooms'
import { listSalesEndpoint, readSaleEndpoint } from '../lib/web/endpoints/sales'
import { answerLive } from '../lib/web/live'
import type { Reply } from '../lib/web/respond'
import { answerSession } from '../lib/web/session'
import { answerWebhook } from '../lib/web/webhook'

type Params = Record<string, string>
type Answer = (ctx: Context, request: ApiRequest, params: Params) => Reply | Promise<Reply>
type Route = { method: string; path: string; answer: Answer }

const route = <P, B, Q, O>(endpoint: Endpoint<P, B, Q, O>): Route => ({
  method: endpoint.method,
  path: endpoint.path,
  answer: (ctx, request, params) => answer(ctx, endpoint, request, params),
})

/** The calls of the HTTP API. The same declarations are mounted in app/api/v1, for hosts that run Next without this server. */
const routes: Route[] = [
  route(reserveEndpoint),
  { method: 'GET', path: '/sales/{slug}/live', answer: (ctx, _, { slug = '' }) => answerLive(ctx, slug) },
  route(orderEndpoint),
  route(readOrderEndpoint),
  route(payEndpoint),
  { method: 'POST', path: '/session', answer: (ctx, request) => answerSession(ctx, request) },
  {
    method: 'POST',
    path: '/webhooks/{provider}',
    answer: (ctx, request, { provider = '' }) => answerWebhook(ctx, provider, request),
  },
  route(readCartEndpoint),
  route(releaseEndpoint),
  route(extendEndpoint),
  route(cancelOrderEndpoint),
  route(confirmPaymentEndpoint),
  route(joinEndpoint),
  route(admitEndpoint),
  route(challengeEndpoint),
  route(proveEndpoint),
  route(listSalesEndpoint),
  route(readSaleEndpoint),
]

type Segment = { text: string } | { param: string }

const segmentsOf = (path: string): Segment[] =>
  path
    .slice(1)
    .split('/')
    .map((part) => (part.startsWith('{') ? { param: part.slice(1, -1) } : { text: part }))

/** By method and number of segments, in the order of the routes: that leaves one or two to look at. */
const table = new Map<string, { segments: Segment[]; answer: Answer }[]>()
for (const { method, path, answer } of routes) {
  const segments = segmentsOf(path)
  const key = `${method} ${segments.length}`
  table.set(key, [...(table.get(key) ?? []), { segments, answer }])
}

/** Anything unusual in a path is left to Next, which knows what to make of it. */
const usual = /^[\w-]+$/

/** The values of a route's parameters; undefined where the path is another one. */
function paramsIn(parts: string[], segments: Segment[]): Params | undefined {
  const params: Params = {}
  for (let at = 0; at < segments.length; at += 1) {
    const segment = segments[at] as Segment
    const part = parts[at] as string
    if ('text' in segment) {
      if (segment.text !== part) return undefined
    } else if (usual.test(part)) params[segment.param] = part
    else return undefined
  }
  return params
}

const prefix = '/api/v1/'

type Found = { answer: Answer; params: Params }

/** By method and path. What is none of the calls is false. */
const find = createMemo({ most: 2_000, longest: 150 }, (call): Found | false => {
  const [method, path = ''] = call.split(' ')
  if (!path.startsWith(prefix)) return false
  const parts = path.slice(prefix.length).split('/')
  for (const { segments, answer } of table.get(`${method} ${parts.length}`) ?? []) {
    const params = paramsIn(parts, segments)
    if (params) return { answer, params: Object.freeze(params) }
  }
  return false
})

/**
 * Answers a call of the API without Next on the way, which would cost several times what the call itself does.
 * Undefined for everything that is not exactly one of the declared calls.
 */
export function answerApi(
  ctx: Context,
  request: IncomingMessage,
  path: string,
): Reply | Promise<Reply> | undefined {
  const found = find(`${request.method} ${path}`)
  return found ? found.answer(ctx, new NodeRequest(request), found.params) : undefined
}

/** A class, because a handful of closures a request costs more than what they do. */
class NodeRequest implements ApiRequest, RequestHeaders {
  constructor(private readonly request: IncomingMessage) {}

  get url() {
    return `http://localhost${this.request.url}`
  }

  get headers(): RequestHeaders {
    return this
  }

  get(name: string): string | null {
    const value = this.request.headers[name.toLowerCase()]
    return Array.isArray(value) ? value.join(', ') : (value ?? null)
  }

  /** Whoever stops reading it, because it is too large, still has an answer to send on this socket. */
  get body() {
    return this.request
  }

  readBody(mostBytes: number) {
    return readBody(this.request, mostBytes)
  }
}

/** By events, because iterating over a stream costs as much as all the rest of reading a small body. */
function readBody(request: IncomingMessage, mostBytes: number): Promise<Result<Buffer>> {
  if (Number(request.headers['content-length'] ?? 0) > mostBytes) return Promise.resolve(refused('too_large'))
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= mostBytes) return void chunks.push(chunk)
      // Whoever stops reading it still has an answer to send on this socket.
      request.pause().removeAllListeners('data')
      resolve(refused('too_large'))
    })
    request.on('end', () => resolve(ok(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks))))
    request.on('error', reject)
  })
}
