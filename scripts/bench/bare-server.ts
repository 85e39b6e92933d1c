/**
 * What Node alone costs: an HTTP server that runs the shop's own scripts and statements, and nothing else. No identity,
 * no checks of what it is sent, no limits but their scripts: a yardstick, not a way to sell anything.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Ratelimit } from '@upstash/ratelimit'
import { verifySolution } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2'
import { env } from '../../lib/env'
import { createContext } from '../../lib/open-context'
import { type Bucket, limits } from '../../lib/web/limits'
import { secretsOf } from '../../lib/web/work'
import { bareHear, bareOrder, barePay, bareRead, bareReserve } from './bare-verbs'

const ctx = createContext('bare', env())
const { redis } = ctx

const limiter = (prefix: string, { burst, perSecond }: Bucket) =>
  new Ratelimit({
    ...{ redis, prefix, limiter: Ratelimit.tokenBucket(1, `${1_000 / perSecond} ms`, burst) },
    ...{ ephemeralCache: false, analytics: false, enableProtection: false, enableTelemetry: false },
  })
const identities = limiter('bare:buyer', limits.reserve.perIdentity)
const networks = limiter('bare:network', limits.reserve.perNetwork)

/** Told by the bench what to say: the very bytes that the shop says. */
let said: { status: number; headers: Record<string, string>; body: string } = {
  ...{ status: 200, headers: {}, body: '' },
}

type Call = (wish: never) => Promise<unknown>

const calls: Record<string, Call> = {
  '/reserve': (wish: Parameters<typeof bareReserve>[1]) => bareReserve(ctx, wish),
  async '/limited-reserve'(wish: Parameters<typeof bareReserve>[1] & { network: string }) {
    const passed = await Promise.all([identities.limit(wish.buyer), networks.limit(wish.network)])
    return passed.every(({ success }) => success) ? bareReserve(ctx, wish) : { code: 'limited' }
  },
  async '/join'({ key, captcha, buyer }: { key: string; captcha: string; buyer: string }) {
    const { challenge, solution } = JSON.parse(Buffer.from(captcha, 'base64').toString())
    const { verified } = await verifySolution({ challenge, solution, deriveKey, ...secretsOf(ctx.env) })
    if (verified) await redis.pfadd(key, buyer)
    return { verified }
  },
  '/session': async () => ({}),
  '/order': (wish: Parameters<typeof bareOrder>[1]) => bareOrder(ctx, wish),
  '/pay': (wish: Parameters<typeof barePay>[1]) => barePay(ctx, wish),
  '/read': (wish: Parameters<typeof bareRead>[1]) => bareRead(ctx, wish),
  async '/api/v1/webhooks/sandbox'({ payment }: { payment: { key: string } }) {
    return bareHear(ctx, payment.key)
  },
  async '/say'(what: typeof said) {
    said = what
    return {}
  },
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  if (request.url === '/said') return void response.writeHead(said.status, said.headers).end(said.body)
  const call = calls[request.url ?? '']
  if (!call) return void response.end()
  const body = JSON.stringify(await call(JSON.parse(Buffer.concat(chunks).toString() || '{}') as never))
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
  response.writeHead(200, headers).end(body)
}

createServer((request, response) => {
  answer(request, response).catch((error) => response.writeHead(500).end(String(error)))
}).listen(Number(process.env.BARE_PORT), '127.0.0.1')

process.on('SIGTERM', () => process.exit(0))
process.on('disconnect', () => process.exit(0))
