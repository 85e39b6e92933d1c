import type { IncomingMessage, ServerResponse } from 'node:http'
import { config } from '../lib/config'
import { messages } from '../lib/messages'
import { refused } from '../lib/result'
import { respond } from '../lib/web/respond'
import { plainPage } from './plain-page'
import { dataPolicy, pagePolicy, securityHeaders } from './security-headers'

type Refusal = { headers: string[]; body: string }

const { comeBackSeconds } = config.overload

/**
 * Answers `try_again` as cheaply as can be: every answer is made beforehand. Whoever comes with a browser gets a page,
 * which loads again by itself unless it was a form that was sent. Crowds come back spread over a few seconds.
 */
export function createTurnAway(publicUrl: string) {
  const calls = seconds((retryAfterSeconds) => {
    const { headers, body } = respond(refused('try_again', { retryAfterSeconds }))
    return made(publicUrl, { ...headers, 'content-security-policy': dataPolicy }, body)
  })
  const page = (retryAfterSeconds: number, lines: string[], reloadSeconds?: number) => {
    const { 'content-type': _, ...headers } = respond(refused('try_again', { retryAfterSeconds })).headers
    const html = { 'content-type': 'text/html; charset=utf-8' }
    const policy = { 'content-security-policy': pagePolicy(publicUrl, []) }
    const body = plainPage({
      title: 'Many people are here right now',
      lines,
      ...(reloadSeconds && { reloadSeconds }),
    })
    return made(publicUrl, { ...headers, ...html, ...policy }, body)
  }
  const { sentence, next } = messages.try_again
  const pages = seconds((after) =>
    page(after, [sentence, 'This page comes back by itself in a few seconds.'], after),
  )
  const forms = seconds((after) => page(after, [sentence, `Go back with your browser. ${next}`]))

  return function turnAway(request: IncomingMessage, response: ServerResponse): void {
    const isPage = request.headers.accept?.includes('text/html') && request.headers.rsc === undefined
    const refusals = !isPage ? calls : request.method === 'GET' ? pages : forms
    const { headers, body } = refusals[Math.floor(Math.random() * comeBackSeconds)] as Refusal
    // A small body is read and thrown away; of a larger one nobody waits for the rest.
    const length = request.headers['content-length'] ?? (request.headers['transfer-encoding'] ? 'unknown' : 0)
    if (!(Number(length) <= config.http.bodyLimitBytes)) response.shouldKeepAlive = false
    response.writeHead(503, headers).end(body)
  }
}

const seconds = (make: (seconds: number) => Refusal) =>
  Array.from({ length: comeBackSeconds }, (_, at) => make(at + 1))

function made(publicUrl: string, headers: Record<string, string>, body: string): Refusal {
  const all = { ...securityHeaders(publicUrl), ...headers, 'content-length': String(Buffer.byteLength(body)) }
  return { headers: Object.entries(all).flat(), body }
}
