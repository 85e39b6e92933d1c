import { config } from '../../../lib/config'
import { type End, failed, introduce, type Step } from '../buyer'
import { pay } from '../checkout'
import { placeOrder } from '../ordering'
import { askTurn, takePlace } from '../room'
import { ask, GaveUp, reasonOf } from '../shop'
import type { Leaving, Shopper } from './cast'
import { type Day, think } from './day'
import { goneBy, isTurn } from './turn'

/** How long people take on the day, shortened to about a quarter: to look and press, to type, to find the card. */
const pauses = {
  press: { least: 300, most: 1_500 },
  type: { least: 1_000, most: 4_000 },
  card: { least: 500, most: 2_000 },
}

/** A cart or order that is lost is begun again this often. */
const mostRounds = 4

/** How a day ends for one shopper: as every visit, or they left of their own accord, or the day ended before. */
export type DayEnd = End | { state: 'left'; at: Leaving } | { state: 'over' }

/** Comes to the shop: an identity, and a place in the waiting room if there is one. Takes a slot that it gives back. */
export async function arrive({ shop }: Day, shopper: Shopper): Promise<End | undefined> {
  try {
    await introduce(shop, shopper)
    if (!shop.hasRoom) return
    const place = await takePlace(shop, shopper)
    if (place === 'again') return
    if ('end' in place) return place.end
    const { ticket, captcha, number } = place.value
    Object.assign(shopper, { ticket, captcha, ...(number !== undefined && { queueNumber: number }) })
  } finally {
    shop.slots.leave()
  }
}

/** The whole day of a person who has taken a slot to come in: waits, buys, and ends with a definite answer. */
export async function spendDay(day: Day, shopper: Shopper): Promise<DayEnd> {
  const { shop } = day
  try {
    const turnedAway = await arrive(day, shopper)
    if (turnedAway) return turnedAway
    if (shopper.leaves === 'waiting') return { state: 'left', at: 'waiting' }
    const waited = await waitForTurn(day, shopper)
    if (waited) return waited
    await shop.slots.take()
    try {
      return await buy(day, shopper)
    } finally {
      shop.slots.leave()
    }
  } catch (error) {
    if (error instanceof GaveUp) return failed(error.message).end
    throw error
  }
}

/** Waits until it is the shopper's turn and fetches the admission; answers the end if they go home instead. */
async function waitForTurn(day: Day, shopper: Shopper): Promise<DayEnd | undefined> {
  const { shop, pages } = day
  for (;;) {
    const seen = await pages.until(
      (copy, now) => goneBy(copy) ?? (isTurn(day, shopper, copy, now) ? 'turn' : undefined),
    )
    if (seen === 'over') return { state: 'over' }
    if (seen !== 'turn') return { state: 'refused', reason: seen }
    if (!shop.hasRoom) return
    const seenAtMs = day.edge.now()
    await shop.slots.take()
    const askedAtMs = day.edge.now()
    const asked = await askTurn(shop, shopper, shopper.ticket ?? '').finally(() => shop.slots.leave())
    if (asked === 'again' || 'end' in asked) return asked === 'again' ? undefined : asked.end
    if ('until' in asked.value) {
      Object.assign(shopper, { seenAtMs, askedMs: day.edge.now() - seenAtMs })
      return admitted(day, shopper, asked.value)
    }
    shopper.notYetAtMs = askedAtMs
  }
}

/** Notes an admission. It says until when it is good, and so when exactly the shop gave it. */
export function admitted(
  { robots }: Day,
  shopper: Shopper,
  { admission, until }: { admission: string; until: string },
): undefined {
  shopper.admittedAtMs = Date.parse(until) - config.room.admissionSeconds * 1000
  if (shopper.kind === 'person') robots.overhear(admission)
}

async function buy(day: Day, shopper: Shopper): Promise<DayEnd> {
  if (shopper.leaves === 'admitted') return { state: 'left', at: 'admitted' }
  await think(day, pauses.press)
  for (let round = 1; round <= mostRounds; round++) {
    const refusal = await takeUnit(day, shopper)
    if (refusal) return refusal
    if (shopper.leaves === 'cart') return { state: 'left', at: 'cart' }
    const end = await checkOut(day, shopper, pauses)
    if (end !== 'again') return end
  }
  return failed(`began again ${mostRounds} times`).end
}

/** Refusals that pass: the page says so and unlocks again when there is something to press for. */
const passing = new Set(['empty_now', 'not_open', 'paused', 'already_ordered'])

/** Puts one unit into the cart; while there is none, waits for one to be shown and presses again. */
async function takeUnit(day: Day, shopper: Shopper): Promise<DayEnd | undefined> {
  const { shop, pages } = day
  for (;;) {
    const answer = await ask(shop, 'reserve', reserveCall(day, shopper, shopper.admission))
    if (answer.status === 200) return
    const reason = reasonOf(answer)
    if (reason === '') return failed(`reserve answered ${answer.status}`).end
    if (!passing.has(reason)) return { state: 'refused', reason }
    const seen = await shop.slots.outside(
      pages.until(
        (copy) => goneBy(copy) ?? (copy.phase === 'open' && copy.item.available > 0 ? 'there' : undefined),
      ),
    )
    if (seen === 'over') return { state: 'over' }
    if (seen !== 'there') return { state: 'refused', reason: seen }
    await think(day, pauses.press)
  }
}

export const reserveCall = ({ shop }: Day, { token }: Shopper, admission: string | undefined) => ({
  method: 'PUT' as const,
  path: `/api/v1/sales/${shop.slug}/cart/items/${shop.itemId}`,
  ...{ token, admission, body: { quantity: 1 } },
})

/** Orders and pays what the cart holds. */
export async function checkOut(
  day: Day,
  shopper: Shopper,
  { type, card }: Pick<typeof pauses, 'type' | 'card'>,
): Promise<DayEnd | 'again'> {
  const { shop, history, edge } = day
  await think(day, type)
  const ordered = await placeOrder(shop, history, shopper)
  if (ordered === 'again' || 'end' in ordered) return endOf(ordered)
  if (shopper.leaves === 'order') return { state: 'left', at: 'order' }
  await think(day, card)
  const paid = await pay(shop, history, shopper, ordered.value)
  if (paid === 'again' || 'end' in paid) return endOf(paid)
  shopper.bought = paid.value.units.length
  shopper.paidAtMs = edge.now()
  return { state: 'sold', units: shopper.bought }
}

const endOf = (step: Exclude<Step<never>, { value: never }>) => (step === 'again' ? step : step.end)
