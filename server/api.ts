import type { IncomingMessage } from 'node:http'
import type { Context } from '../lib/context'
import { answer } from '../lib/web/answer'
import type { ApiRequest } from '../lib/web/api-request'
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
import { admitEndpoint, challengeEndpoint, joinEndpoint } from '../lib/web/endpoints/rooms'
import { listSalesEndpoint, readSaleEndpoint } from '../lib/web/endpoints/sales'
import { answerLive } from '../lib/web/live'
import type { Reply } from '../lib/web/respond'
import { answerSession } from '../lib/web/session'
import { answerWebhook } from '../lib/web/webhook'

type Params = Record<string, string>
type Answer = (ctx: Context, request: ApiRequest, params: Params) => Promise<Reply>
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
  route(listSalesEndpoint),
  route(readSaleEndpoint),
]

const patterns = routes.map(({ method, path, answer }) => ({
  method,
  // Anything unusual in a path is left to Next, which knows what to make of it.
  pattern: new RegExp(`^/api/v1${path.replace(/\{(\w+)\}/g, '(?<$1>[\\w-]+)')}$`),
  answer,
}))

/**
 * Answers a call of the API without Next on the way, which would cost several times what the call itself does.
 * Undefined for everything that is not exactly one of the declared calls.
 */
export function answerApi(ctx: Context, request: IncomingMessage, path: string): Promise<Reply> | undefined {
  if (!path.startsWith('/api/v1/')) return undefined
  for (const { method, pattern, answer } of patterns) {
    const found = method === request.method && pattern.exec(path)
    if (found) return answer(ctx, toApiRequest(request), { ...found.groups })
  }
  return undefined
}

const toApiRequest = (request: IncomingMessage): ApiRequest => ({
  url: `http://localhost${request.url}`,
  headers: { get: (name) => joined(request.headers[name.toLowerCase()]) },
  // Whoever stops reading it, because it is too large, still has an answer to send on this socket.
  body: { [Symbol.asyncIterator]: () => request.iterator({ destroyOnReturn: false }) },
})

const joined = (value: string | string[] | undefined) =>
  Array.isArray(value) ? value.join(', ') : (value ?? null)
