import type { z } from 'zod'
import type { placeSchema, turnSchema } from '../../lib/contract'
import type { Buyer, Step } from './buyer'
import { failed } from './buyer'
import { prove } from './proof'
import { ask, readLive, reasonOf, type Shop } from './shop'

/** Nobody asks more often than this while they wait, however soon their turn may be. */
const pause = { least: 250, most: 2_000 }

/** The right to reserve, or the place until then. */
export type Turn = z.infer<typeof turnSchema>

/** A place, and the proof that it took. */
type Place = z.infer<typeof placeSchema> & { captcha: string }

/** Takes a place in the waiting room. */
export async function takePlace(shop: Shop, buyer: Buyer): Promise<Step<Place>> {
  const captcha = await prove(shop, buyer, 'join')
  const path = `/api/v1/sales/${shop.slug}/room`
  const joined = await ask(shop, 'join', { method: 'POST', path, token: buyer.token, body: { captcha } })
  if (reasonOf(joined) === 'closed') return { end: { state: 'refused', reason: 'closed' } }
  if (joined.status !== 200) return failed(`join answered ${joined.status} ${reasonOf(joined)}`)
  return { value: { ...(joined.body as z.infer<typeof placeSchema>), captcha } }
}

/** What the shop says to a ticket now. */
export async function askTurn(shop: Shop, buyer: Buyer, ticket: string): Promise<Step<Turn>> {
  const path = `/api/v1/sales/${shop.slug}/room/admission`
  const answer = await ask(shop, 'admit', { method: 'POST', path, token: buyer.token, body: { ticket } })
  if (answer.status !== 200) return failed(`admission answered ${answer.status} ${reasonOf(answer)}`)
  const turn = answer.body as Turn
  if ('admission' in turn) buyer.admission = turn.admission
  return { value: turn }
}

/**
 * Takes a place in the waiting room of a sale that has one, and waits for its turn there; a sale that is sold through
 * meanwhile sends everybody home.
 */
export async function waitYourTurn(shop: Shop, buyer: Buyer): Promise<Step<null>> {
  if (!shop.hasRoom || buyer.admission) return { value: null }
  const place = await takePlace(shop, buyer)
  if (place === 'again' || 'end' in place) return place
  for (;;) {
    const asked = await askTurn(shop, buyer, place.value.ticket)
    if (asked === 'again' || 'end' in asked) return asked
    if ('admission' in asked.value) return { value: null }
    const { item, phase } = await readLive(shop)
    if (phase === 'closed') return { end: { state: 'refused', reason: 'closed' } }
    if (item.state === 'sold_through') return { end: { state: 'refused', reason: 'sold_through' } }
    const soon = (asked.value.etaSeconds ?? 1) * 500
    await shop.slots.rest(Math.min(pause.most, Math.max(pause.least, soon)))
  }
}
