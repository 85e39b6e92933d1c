import { messages } from '../messages'
import type { Refused, Result } from '../result'

const noStore = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }

/** A result as an HTTP answer: the value as JSON, or an RFC 9457 problem document. */
export function respond<T>(result: Result<T>, status: (value: T) => number = () => 200): Response {
  if (!result.ok) return problem(result)
  return Response.json(result.value, { status: status(result.value), headers: noStore })
}

function problem(refusal: Refused): Response {
  const { status, sentence, next } = messages[refusal.reason]
  const { ok: _, retryAfterSeconds, ...said } = refusal
  const body = {
    type: `urn:stampede:problem:${refusal.reason}`,
    title: sentence,
    status,
    detail: next,
    ...said,
  }
  const headers: Record<string, string> = { ...noStore, 'content-type': 'application/problem+json' }
  if (status === 429 || status === 503) headers['retry-after'] = String(Math.ceil(retryAfterSeconds ?? 1))
  return new Response(JSON.stringify(body), { status, headers })
}
