import { type Challenge, solve } from '../../lib/solve-challenge'
import type { Buyer, Step } from './buyer'
import { failed } from './buyer'
import { ask, readLive, reasonOf, type Shop } from './shop'

/** Nobody asks more often than this while they wait, however soon their turn may be. */
const pause = { least: 250, most: 2_000 }

type Turn = { admission: string } | { position: number | null; etaSeconds: number | null }

/**
 * Takes a place in the waiting room of a sale that has one, and waits for its turn there; a sale that is sold through
 * meanwhile sends everybody home. The work is the one that browsers do: a shop that is rehearsed makes it cheap with
 * CAPTCHA_COST.
 */
export async function waitYourTurn(shop: Shop, buyer: Buyer): Promise<Step<null>> {
  if (!shop.hasRoom || buyer.admission) return { value: null }
  const room = `/api/v1/sales/${shop.slug}/room`
  const { token } = buyer
  const given = await ask(shop, 'join', { method: 'GET', path: `${room}/challenge`, token })
  const captcha = await solve(given.body as Challenge)
  const joined = await ask(shop, 'join', { method: 'POST', path: room, token, body: { captcha } })
  if (reasonOf(joined) === 'closed') return { end: { state: 'refused', reason: 'closed' } }
  if (joined.status !== 200) return failed(`join answered ${joined.status} ${reasonOf(joined)}`)
  const { ticket } = joined.body as { ticket: string }
  for (;;) {
    const answer = await ask(shop, 'admit', {
      ...{ method: 'POST', path: `${room}/admission`, token, body: { ticket } },
    })
    if (answer.status !== 200) return failed(`admission answered ${answer.status} ${reasonOf(answer)}`)
    const turn = answer.body as Turn
    if ('admission' in turn) {
      buyer.admission = turn.admission
      return { value: null }
    }
    const { item, phase } = await readLive(shop)
    if (phase === 'closed') return { end: { state: 'refused', reason: 'closed' } }
    if (item.state === 'sold_through') return { end: { state: 'refused', reason: 'sold_through' } }
    const soon = (turn.etaSeconds ?? 1) * 500
    await shop.slots.rest(Math.min(pause.most, Math.max(pause.least, soon)))
  }
}
