import type { z } from 'zod'
import type { challengeSchema, placeSchema, turnSchema } from '@/lib/contract'
import { type Refused, type Result, reasons, refused } from '@/lib/result'
import { type Challenge, solve } from '@/lib/solve-challenge'

/** One call of the API, as a browser makes it. A lost connection is `try_again`. */
async function call<T>(method: 'GET' | 'POST', path: string, body?: object): Promise<Result<T>> {
  try {
    const response = await fetch(`/api/v1${path}`, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    const value = (await response.json()) as T | Refused
    if (response.ok) return { ok: true, value: value as T }
    const { reason } = value as Refused
    return refused(reasons.includes(reason) ? reason : 'try_again')
  } catch {
    return refused('try_again')
  }
}

/** Takes a place in the room of a sale: an identity, the work, and the ticket. */
export async function joinRoom(slug: string): Promise<Result<string>> {
  const session = await call('POST', '/session')
  if (!session.ok) return session
  const challenge = await call<z.infer<typeof challengeSchema>>('GET', `/sales/${slug}/room/challenge`)
  if (!challenge.ok) return challenge
  const captcha = await solve(challenge.value as unknown as Challenge)
  const place = await call<z.infer<typeof placeSchema>>('POST', `/sales/${slug}/room`, { captcha })
  return place.ok ? { ok: true, value: place.value.ticket } : place
}

/** The admission (as a cookie too) if it is the ticket's turn, else its place. */
export const takeTurn = (slug: string, ticket: string) =>
  call<z.infer<typeof turnSchema>>('POST', `/sales/${slug}/room/admission`, { ticket })
