import { setTimeout as sleep } from 'node:timers/promises'
import type { Live } from '../../lib/contract'
import { type Answer, type Call, type Client, NoAnswer } from './client'
import type { Kind, Meter } from './meter'
import { backoffMs, type Slots } from './slots'

/** A call got no definite answer however often it was repeated. That must not happen: faults pass within seconds. */
export class GaveUp extends Error {
  override readonly name = 'GaveUp'
}

/** The shop as the crowd sees it. */
export type Shop = {
  slug: string
  itemId: string
  /** Whether reserving takes an admission. */
  hasRoom: boolean
  client: Client
  meter: Meter
  slots: Slots
  /** How long one call is repeated. */
  giveUpMs: number
  /** How long a buyer stays while every unit that is left is in somebody's cart. */
  patienceMs: number
  /** The longest pause of a buyer between two steps; 0 for a crowd that hurries. */
  dawdleMs: number
}

/**
 * Makes a call until it has a definite answer. No answer, 429 and 503 mean "again": every call of a buyer says how
 * things should be, so a repeat does no harm (I5). Any other 5xx is noted as a fault of the shop, and repeated as well.
 * Throws `GaveUp` when there is none in time.
 */
export async function ask(shop: Shop, kind: Kind, call: Call): Promise<Answer> {
  const until = performance.now() + shop.giveUpMs
  for (let attempt = 0; ; attempt++) {
    let waitMs = backoffMs(attempt, { first: 100, most: 2_000 })
    let why: string
    try {
      const answer = await shop.client.send(call)
      if (answer.status < 500 && answer.status !== 429) {
        shop.meter.answered(kind, answer.ms)
        return answer
      }
      why = `${kind}: ${answer.status}`
      if (answer.status !== 429 && answer.status !== 503) shop.meter.fault(`${why} ${reasonOf(answer)}`)
      waitMs = Math.max(waitMs, answer.retryAfterSeconds * 1_000 * (1 + Math.random() / 4))
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error
      why = `${kind}: ${error.message}`
    }
    if (performance.now() + waitMs > until) throw new GaveUp(`${kind} got no definite answer`)
    shop.meter.repeated(why)
    await sleep(waitMs)
  }
}

/** The `reason` of a problem document, or '' for any other answer. */
export function reasonOf({ body }: Answer): string {
  return typeof body === 'object' && body !== null && 'reason' in body ? String(body.reason) : ''
}

/** What the shop says of its one item now. */
export async function readLive(shop: Shop): Promise<Live & { item: Live['items'][number] }> {
  const { status, body } = await ask(shop, 'live', { method: 'GET', path: `/api/v1/sales/${shop.slug}/live` })
  const live = body as Live
  const item = status === 200 ? live.items.find((each) => each.id === shop.itemId) : undefined
  if (!item) throw new Error(`The shop answers ${status} instead of the state of "${shop.slug}".`)
  return { ...live, item }
}
