import type { Order } from '../../lib/contract'
import { fillCart } from './cart'
import { cancel, pay } from './checkout'
import type { History } from './history'
import { placeOrder } from './ordering'
import { waitYourTurn } from './room'
import { ask, GaveUp, type Shop } from './shop'

/**
 * How a buyer behaves. All of them end by paying: `declined` and `confirms` with another test card first, `repeats`
 * sends every call twice at once, as two tabs would, `wavers` cancels the first order and comes back.
 */
export type Manner = 'plain' | 'declined' | 'confirms' | 'repeats' | 'wavers'

export type Buyer = {
  number: number
  manner: Manner
  /** Units they would like; they take fewer when there are no more. */
  wanted: number
  bought: number
  buyerId: string
  token: string
  /** The right to reserve, where there is a waiting room. */
  admission?: string | undefined
}

/** How a visit ends. `failed` is never the buyer's fault: a definite answer was due and did not come. */
export type End =
  | { state: 'sold'; units: number }
  | { state: 'refused'; reason: string }
  | { state: 'failed'; why: string }

/** What became of one step: a value, the visit's end, or `again`: the cart or order is gone and nothing was charged. */
export type Step<T> = { value: T } | { end: End } | 'again'

export const failed = (why: string): { end: End } => ({ end: { state: 'failed', why } })

/** Carts and orders get lost when a store does; more often than this in one visit would be the shop's mistake. */
const mostRounds = 8

/** One visit to the shop, to buy up to `quantity` units: ends with a definite answer, whatever dies meanwhile. */
export async function visit(shop: Shop, history: History, buyer: Buyer, quantity: number): Promise<End> {
  try {
    await introduce(shop, buyer)
    for (let round = 1; round <= mostRounds; round++) {
      const step = await buy(shop, history, buyer, quantity)
      if (step === 'again') continue
      if ('end' in step) return step.end
      buyer.bought += step.value.units.length
      return { state: 'sold', units: step.value.units.length }
    }
    return failed(`began again ${mostRounds} times`).end
  } catch (error) {
    if (error instanceof GaveUp) return failed(error.message).end
    throw error
  }
}

/** Gets the shop's signed identity, once. */
export async function introduce(shop: Shop, buyer: Buyer): Promise<void> {
  if (buyer.token) return
  const { status, body } = await ask(shop, 'session', { method: 'POST', path: '/api/v1/session' })
  if (status !== 200) throw new GaveUp(`session answered ${status}`)
  Object.assign(buyer, body as { buyerId: string; token: string })
}

async function buy(shop: Shop, history: History, buyer: Buyer, quantity: number): Promise<Step<Order>> {
  const turn = await waitYourTurn(shop, buyer)
  if (turn === 'again' || 'end' in turn) return turn
  const cart = await fillCart(shop, buyer, quantity)
  if (cart === 'again' || 'end' in cart) return cart
  await dawdle(shop)
  const ordered = await placeOrder(shop, history, buyer)
  if (ordered === 'again' || 'end' in ordered) return ordered
  await dawdle(shop)
  if (buyer.manner === 'wavers') {
    buyer.manner = 'plain'
    return cancel(shop, history, buyer, ordered.value)
  }
  return pay(shop, history, buyer, ordered.value)
}

async function dawdle(shop: Shop): Promise<void> {
  if (shop.dawdleMs > 0) await shop.slots.rest(Math.random() * shop.dawdleMs)
}
