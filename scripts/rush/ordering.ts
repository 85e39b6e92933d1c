import { randomBytes } from 'node:crypto'
import type { Checkout, Order } from '../../lib/contract'
import { type Buyer, failed, type Step } from './buyer'
import type { History, Seen } from './history'
import { proven } from './proof'
import { ask, GaveUp, reasonOf, type Shop } from './shop'
import { backoffMs } from './slots'

/** Everybody has an address of their own, as people do. */
const checkoutOf = (buyer: Buyer): Checkout => ({
  email: `${buyer.buyerId}@example.com`,
  name: 'One of the crowd',
  line1: '1 Queue Lane',
  postalCode: '10115',
  city: 'Berlin',
  country: 'DE',
})

/** Refusals after which the cart is gone and nothing was charged. */
const lost = new Set(['hold_expired', 'rejected'])

/** Orders what the cart holds, under one key however often it is sent, and waits until the ledger has decided. */
export async function placeOrder(shop: Shop, history: History, buyer: Buyer): Promise<Step<Order>> {
  const idempotencyKey = `rush-${randomBytes(12).toString('hex')}`
  const send = () =>
    proven(shop, buyer, 'order', (proof) =>
      ask(shop, 'order', {
        ...{ method: 'POST', path: `/api/v1/sales/${shop.slug}/orders`, token: buyer.token },
        ...{ body: { ...checkoutOf(buyer), ...proof }, idempotencyKey },
      }),
    )
  const answers = await Promise.all(buyer.manner === 'repeats' ? [send(), send()] : [send()])
  const made = answers.filter(({ status }) => status === 201 || status === 202)
  if (new Set(made.map(({ body }) => (body as Order).id)).size > 1) return failed('one key made two orders')
  const [answer] = made
  if (!answer) {
    const [refusal] = answers
    const reason = refusal ? reasonOf(refusal) : ''
    return lost.has(reason) ? 'again' : failed(`order answered ${refusal?.status} ${reason}`)
  }
  const order = await untilDecided(shop, answer.body as Order)
  if (!owns(order)) return 'again'
  tell(history, buyer, order)
  return { value: order }
}

const owns = ({ state }: Order) => state === 'awaiting_payment' || state === 'capturing' || state === 'paid'

/** Notes what the buyer was told about an order. */
export function tell(history: History, { buyerId }: Buyer, order: Order): void {
  const units = order.lines.flatMap((line) => line.units.map((number) => `${line.itemId}:${number}`))
  const state: Seen['state'] = order.state === 'paid' ? 'paid' : owns(order) ? 'confirmed' : 'ended'
  history.told({ buyerId, orderId: order.id, units, totalMinor: order.totalMinor, state })
}

/** Asks again while the order is being confirmed, with the order's own token, as a page in another browser would. */
async function untilDecided(shop: Shop, order: Order): Promise<Order> {
  const until = performance.now() + shop.giveUpMs
  let known = order
  for (let attempt = 0; known.state === 'confirming'; attempt++) {
    if (performance.now() > until) throw new GaveUp('an order stays unconfirmed')
    await shop.slots.rest(backoffMs(attempt, { first: 150, most: 1_000 }))
    known = (await readOrder(shop, order.id, { query: `?t=${order.token}` })) ?? known
  }
  return known
}

/** The order as the shop has it; null when the answer is none (then `read` has counted it as a fault). */
export async function readOrder(
  shop: Shop,
  orderId: string,
  { query = '', token }: { query?: string; token?: string },
): Promise<Order | null> {
  const answer = await ask(shop, 'read', { method: 'GET', path: `/api/v1/orders/${orderId}${query}`, token })
  if (answer.status === 200) return answer.body as Order
  shop.meter.fault(`read: ${answer.status} ${reasonOf(answer)}`)
  return null
}
