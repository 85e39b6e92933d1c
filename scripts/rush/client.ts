import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'

/** No answer came: nobody knows whether the call had an effect. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
}

export type Answer = {
  status: number
  /** The parsed JSON; null when it is none. */
  body: unknown
  /** The `Retry-After` header in seconds, 0 without one. */
  retryAfterSeconds: number
  ms: number
}

export type Call = {
  method: 'GET' | 'PUT' | 'POST' | 'DELETE'
  /** Under /api/v1, except where it begins with the full path of a probe. */
  path: string
  token?: string | undefined
  body?: unknown
  idempotencyKey?: string
  admission?: string | undefined
  /** Whatever else is claimed; what the fields above say wins. */
  headers?: Record<string, string>
}

export type Client = { send(call: Call): Promise<Answer>; close(): void }

/** A stuck store is given up after 8 s; on a machine that does too much at once an answer may need as long again. */
const timeoutMs = 30_000

/**
 * A bare HTTP client on kept-alive connections: the crowd shares a machine with the shop, and this costs a fraction of
 * what `fetch` does. `send` answers whatever the shop said, or throws `NoAnswer`; it never repeats anything. No more
 * than `connections` are open at once: further calls wait for one, and the wait counts.
 */
export function createClient(url: string, connections = Number.POSITIVE_INFINITY): Client {
  const base = new URL(url)
  const secure = base.protocol === 'https:'
  const options = { keepAlive: true, maxSockets: connections }
  const agent = secure ? new HttpsAgent(options) : new HttpAgent(options)
  const request = secure ? httpsRequest : httpRequest

  function send(call: Call): Promise<Answer> {
    const begun = performance.now()
    const payload = call.body === undefined ? undefined : JSON.stringify(call.body)
    const headers: Record<string, string | number> = { ...call.headers }
    if (payload !== undefined) {
      headers['content-type'] = 'application/json'
      headers['content-length'] = Buffer.byteLength(payload)
    } else if (call.method !== 'GET') headers['content-length'] = 0
    if (call.token) headers.authorization = `Bearer ${call.token}`
    if (call.admission) headers.admission = call.admission
    if (call.idempotencyKey) headers['idempotency-key'] = call.idempotencyKey
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          ...{ hostname: base.hostname, port: base.port, agent, method: call.method, headers },
          path: call.path,
        },
        (response) => {
          read(response).then(
            (text) => resolve(toAnswer(response, text, performance.now() - begun)),
            (error: Error) => reject(new NoAnswer(error.message)),
          )
        },
      )
      sent.setTimeout(timeoutMs, () => sent.destroy(new Error('timeout')))
      sent.on('error', (error: NodeJS.ErrnoException) => reject(new NoAnswer(error.code ?? error.message)))
      sent.end(payload)
    })
  }

  return { send, close: () => agent.destroy() }
}

async function read(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  // A connection that closes early ends the body without an error of its own.
  if (!response.complete) throw new Error('cut off')
  return Buffer.concat(chunks).toString()
}

function toAnswer(response: IncomingMessage, text: string, ms: number): Answer {
  let body: unknown = null
  try {
    body = JSON.parse(text)
  } catch {
    // A probe answers plain text; anything else that is no JSON is an unexpected answer to its caller.
  }
  const retryAfter = Number(response.headers['retry-after'] ?? 0)
  return { status: response.statusCode ?? 0, body, retryAfterSeconds: retryAfter || 0, ms }
}
