import type { ServerResponse } from 'node:http'
import type { Reply } from '../lib/web/respond'
import { dataPolicy, securityHeaders } from './security-headers'

export type Send = ReturnType<typeof createSend>

/** Sends what is no page, with the headers that every such answer carries. */
export function createSend(publicUrl: string) {
  const always: Record<string, string> = {
    ...securityHeaders(publicUrl),
    'content-security-policy': dataPolicy,
  }
  const first = Object.entries(always).flat()
  /** Of replies that are given to many. */
  const made = new WeakMap<Reply, string[]>()

  /** In the flat form that Node writes as it stands. */
  function headersOf({ headers, body }: Reply): string[] {
    const all = [...first]
    for (const name in headers) if (!(name in always)) all.push(name, headers[name] as string)
    all.push('content-length', String(Buffer.byteLength(body)))
    return all
  }

  function keptHeadersOf(reply: Reply): string[] {
    const known = made.get(reply)
    if (known) return known
    const headers = headersOf(reply)
    made.set(reply, headers)
    return headers
  }

  return function send(reply: Reply, response: ServerResponse): void {
    const headers = Object.isFrozen(reply) ? keptHeadersOf(reply) : headersOf(reply)
    // A string, which Node sends with the headers in one piece.
    response.writeHead(reply.status, headers).end(reply.body)
  }
}
