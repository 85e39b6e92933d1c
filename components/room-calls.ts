import type { z } from 'zod'
import type { placeSchema, sessionSchema, Turn } from '@/lib/contract'
import { ok, type Result } from '@/lib/result'
import { call } from './api-call'
import { findPass, keepPass } from './room-pass'
import type { Prover } from './use-proof'

/**
 * Takes a place in the room of a sale and keeps it for all tabs: an identity, a proof against robots, and the ticket.
 * Tabs take turns, so that those which a browser opens again together end with one place, the first (I17).
 */
export async function joinRoom(slug: string, prove: Prover['prove']): Promise<Result<null>> {
  const session = await inTurn(slug, () => call<z.infer<typeof sessionSchema>>('POST', '/session'))
  if (!session.ok) return session
  // Not in turns: it may wait for the shopper, who may be looking at another tab.
  const proof = findPass(slug) ? null : await prove(slug)
  if (proof && !proof.ok) return proof
  return inTurn(slug, async () => {
    if (!proof || findPass(slug)) return ok(null)
    const place = await call<z.infer<typeof placeSchema>>('POST', `/sales/${slug}/room`, {
      captcha: proof.value,
    })
    if (!place.ok) return place
    keepPass(slug, { ticket: place.value.ticket, buyerId: session.value.buyerId, admittedUntil: null })
    return ok(null)
  })
}

/** Pages without TLS have no locks; there each tab takes a place, and the first one stays. */
const inTurn = <T>(slug: string, run: () => Promise<T>) =>
  navigator.locks ? navigator.locks.request(`room-${slug}`, run) : run()

/** The admission (as a cookie too) if it is the ticket's turn, else its place. */
export const takeTurn = (slug: string, ticket: string) =>
  call<Turn>('POST', `/sales/${slug}/room/admission`, { ticket })
