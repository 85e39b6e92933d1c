import {
  Agent,
  request as ask,
  type ClientRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import { connect, type Socket } from 'node:net'
import { pipeline } from 'node:stream'
import { refused } from '../lib/result'
import { respond } from '../lib/web/respond'
import { hasBody } from './request'
import type { Send } from './send'

/** Of one connection, not of what is said on it; Node writes its own on each side. */
const hopByHop = /^(connection|keep-alive|proxy-connection|te|trailer|transfer-encoding|upgrade|expect)$/i

/** Passes requests on to the HTTP server that another thread of this process has on `port`, and its answers back. */
export function createPassOn(port: number, send: Send) {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 1_000 })

  function passOn(request: IncomingMessage, response: ServerResponse): void {
    const headers = Object.fromEntries(
      Object.entries(request.headers).filter(([name]) => !hopByHop.test(name)),
    )
    const isChunked = request.headers['transfer-encoding'] !== undefined
    const passed = ask({
      ...{ agent, host: '127.0.0.1', port, method: request.method, path: request.url },
      headers: isChunked ? { ...headers, 'transfer-encoding': 'chunked' } : headers,
    })
    passed.once('response', (answer: IncomingMessage) => passBack(answer, passed, request, response))
    passed.once('error', () => {
      if (response.headersSent) response.destroy()
      else send(respond(refused('try_again')), response)
    })
    response.once('close', () => passed.destroy())
    if (hasBody(request)) request.pipe(passed)
    else passed.end()
  }

  /** A WebSocket of the development server. */
  function passUpgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const other = connect(port, '127.0.0.1', () => {
      const lines = [`${request.method} ${request.url} HTTP/1.1`]
      for (let at = 0; at < request.rawHeaders.length; at += 2)
        lines.push(`${request.rawHeaders[at]}: ${request.rawHeaders[at + 1]}`)
      other.write(`${lines.join('\r\n')}\r\n\r\n`)
      other.write(head)
      socket.pipe(other).pipe(socket)
    })
    other.on('error', () => socket.destroy())
    socket.on('error', () => other.destroy())
  }

  return { passOn, passUpgrade }
}

function passBack(
  answer: IncomingMessage,
  passed: ClientRequest,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const headers: string[] = []
  for (let at = 0; at < answer.rawHeaders.length; at += 2) {
    const [name = '', value = ''] = answer.rawHeaders.slice(at, at + 2)
    if (!hopByHop.test(name)) headers.push(name, value)
  }
  // Answered before its body had arrived: nobody waits for the rest of it.
  if (!request.complete && hasBody(request)) response.setHeader('connection', 'close')
  response.writeHead(answer.statusCode ?? 500, headers)
  pipeline(answer, response, (error) => {
    if (error) response.destroy()
    passed.destroy()
  })
}
