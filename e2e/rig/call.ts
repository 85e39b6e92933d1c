import { request } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'

export type Call = {
  method?: string
  headers?: Record<string, string>
  /** Sent as it is. */
  body?: string | Buffer
  /** Sent as JSON. */
  json?: unknown
}

export type Answer = {
  status: number
  headers: Record<string, string>
  cookies: string[]
  text: string
  /** The body of a JSON answer. */
  json: unknown
}

/** Sends one request to wherever it was made for; the path is the whole path. */
export type Send = (path: string, options?: Call) => Promise<Answer>

/** One HTTP request, byte for byte as it is written here: no browser, no defaults, no redirects. */
export async function call(base: string, path: string, options: Call = {}): Promise<Answer> {
  const { hostname, port, host } = new URL(base)
  const body = options.json === undefined ? options.body : JSON.stringify(options.json)
  const headers: Record<string, string | number> = {
    host,
    ...(body !== undefined &&
      !options.headers?.['transfer-encoding'] && { 'content-length': Buffer.byteLength(body) }),
    ...(options.json !== undefined && { 'content-type': 'application/json' }),
    ...options.headers,
  }
  return new Promise((resolve, reject) => {
    const sent = request(
      // A path such as `//x` or one with a raw newline must not be normalised.
      { hostname, port, path, method: options.method ?? 'GET', headers, setHost: false, timeout: 30_000 },
      async (response) => {
        const said = await text(response)
        const { 'set-cookie': cookies = [], ...rest } = response.headers
        const type = response.headers['content-type'] ?? ''
        resolve({
          status: response.statusCode ?? 0,
          headers: rest as Record<string, string>,
          cookies,
          text: said,
          json: /^application\/(problem\+)?json/.test(type) ? JSON.parse(said) : undefined,
        })
      },
    )
    sent.on('timeout', () => sent.destroy(new Error('no answer')))
    sent.on('error', reject)
    sent.end(body)
  })
}

/** What is said to a request whose body goes on after `body` and never ends, byte for byte, until the connection is closed. */
export async function callWithoutEnd(
  base: string,
  path: string,
  { method = 'POST', headers, body = '' }: Call,
) {
  const { hostname, port, host } = new URL(base)
  const lines = Object.entries({ host, ...headers, 'transfer-encoding': 'chunked' })
  const head = [`${method} ${path} HTTP/1.1`, ...lines.map(([name, value]) => `${name}: ${value}`)].join(
    '\r\n',
  )
  const socket = connect(Number(port), hostname).setTimeout(30_000)
  socket.on('timeout', () => socket.destroy(new Error('The connection stayed open.')))
  socket.write(`${head}\r\n\r\n${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n`)
  return text(socket)
}
