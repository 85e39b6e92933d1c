import { messageFor } from '../messages'
import type { Reason, Refused, Result } from '../result'

const noStore = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }

/** For what is the same for everybody: a CDN or nginx may keep it for a second, a browser asks each time. */
export const forEverybody = { 'cache-control': 'public, max-age=0, s-maxage=1, stale-while-revalidate=1' }

/**
 * An HTTP answer before anybody has sent it. Plain, because a web-standard `Response` costs as much as a script. A frozen
 * one is given to many: whoever sends it may keep what it makes of it.
 */
export type Reply = { status: number; headers: Record<string, string>; body: string }

/** As Next wants it. */
export const toResponse = ({ body, ...rest }: Reply) => new Response(body, rest)

/** A result as an HTTP answer: the value as JSON, or an RFC 9457 problem document. */
export function respond<T>(result: Result<T>, status: (value: T) => number = () => 200): Reply {
  if (!result.ok) return problem(result)
  const headers = { ...noStore, 'content-type': 'application/json' }
  return { status: status(result.value), headers, body: JSON.stringify(result.value) }
}

/** What is refused with nothing but a reason always reads the same, and crowds are refused like that. */
const plain = new Map<Reason, Reply>()

function problem(refusal: Refused): Reply {
  const isPlain = Object.keys(refusal).length === 2
  const known = isPlain && plain.get(refusal.reason)
  if (known) return known
  const made = makeProblem(refusal)
  if (isPlain) plain.set(refusal.reason, Object.freeze(made))
  return made
}

function makeProblem(refusal: Refused): Reply {
  const { status, sentence, next } = messageFor(refusal)
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
  return { status, headers, body: JSON.stringify(body) }
}
