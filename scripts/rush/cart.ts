import type { Cart } from '../../lib/contract'
import { type Buyer, failed, type Step } from './buyer'
import { proven } from './proof'
import { ask, reasonOf, type Shop } from './shop'
import { backoffMs } from './slots'

/** Final: nothing that the buyer could wait for. */
const final = new Set(['sold_through', 'closed'])

/**
 * Puts `quantity` units into the cart, or one when there are not that many. A buyer whom everybody else's carts leave
 * nothing waits a while for units to come back. An order that ended while a store was down keeps its cart frozen until
 * the reconciler has seen it, so `already_ordered` is waited for as well.
 */
export async function fillCart(shop: Shop, buyer: Buyer, quantity: number): Promise<Step<Cart>> {
  let until: number | undefined
  let wish = quantity
  for (let attempt = 0; ; attempt++) {
    const answer = await put(shop, buyer, wish)
    if (answer === 'differs') return failed('a repeated reserve gave other units')
    if (answer.status === 200) return check(answer.body as Cart, wish)
    const reason = reasonOf(answer)
    if (reason === 'not_admitted' && buyer.admission) {
      // It was over before everything could be bought: the place is taken anew.
      buyer.admission = undefined
      return 'again'
    }
    if (answer.status !== 409) return failed(`reserve answered ${answer.status} ${reason}`)
    if (final.has(reason)) return { end: { state: 'refused', reason } }
    if (wish > 1 && (reason === 'empty_now' || reason === 'limit_reached')) {
      wish = 1
      continue
    }
    const passing = ['empty_now', 'not_open', 'paused', 'already_ordered'].includes(reason)
    if (!passing) return failed(`reserve refused: ${reason}`)
    until ??= performance.now() + shop.patienceMs
    if (performance.now() > until) {
      return reason === 'already_ordered' ? failed(reason) : { end: { state: 'refused', reason } }
    }
    // Those who wait for units ask less often the slower the shop is, so that they don't keep it from those who pay.
    await shop.slots.rest(Math.max(backoffMs(attempt, { first: 250, most: 1_500 }), 3 * answer.ms))
  }
}

async function put(shop: Shop, buyer: Buyer, quantity: number) {
  const send = () =>
    proven(shop, buyer, 'reserve', (proof) =>
      ask(shop, 'reserve', {
        ...{ method: 'PUT', path: `/api/v1/sales/${shop.slug}/cart/items/${shop.itemId}` },
        ...{ token: buyer.token, admission: buyer.admission, body: { quantity, ...proof } },
      }),
    )
  if (buyer.manner !== 'repeats') return send()
  const [first, second] = await Promise.all([send(), send()])
  // One of them may have come too late for the last units; two carts that differ are another matter (I5).
  if (first.status !== 200) return second
  if (second.status === 200 && unitsOf(first.body as Cart) !== unitsOf(second.body as Cart)) return 'differs'
  return first
}

const unitsOf = (cart: Cart) => JSON.stringify(cart.lines.map((line) => [line.itemId, line.units]))

function check(cart: Cart, quantity: number): Step<Cart> {
  const held = cart.lines.reduce((sum, line) => sum + line.units.length, 0)
  return held === quantity ? { value: cart } : failed(`the cart has ${held} units instead of ${quantity}`)
}
