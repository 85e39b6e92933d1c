import type { Order, Payment } from '../../lib/contract'
import { type Buyer, failed, type Manner, type Step } from './buyer'
import type { History } from './history'
import { readOrder, tell } from './ordering'
import { ask, GaveUp, reasonOf, type Shop } from './shop'
import { backoffMs } from './slots'

const goodCard = '4242424242424242'
const firstCard: Partial<Record<Manner, string>> = {
  declined: '4000000000000002',
  confirms: '4000000000003220',
}

/** No card that works is declined more often than earlier calls with a bad one can be answered late. */
const mostDeclines = 3

type Next = 'pay' | 'confirm' | 'look'

/**
 * Pays an order until the shop says that it is paid. `again` when the order ended first: then nothing was charged, and
 * the comparison with the ledger holds the shop to that.
 */
export async function pay(shop: Shop, history: History, buyer: Buyer, order: Order): Promise<Step<Order>> {
  const until = performance.now() + shop.giveUpMs
  let card = firstCard[buyer.manner] ?? goodCard
  let next: Next = 'pay'
  let declines = 0
  for (let attempt = 0; performance.now() < until; attempt++) {
    if (next !== 'look') {
      const state: Payment['state'] =
        next === 'pay' ? await sendCard(shop, buyer, order, card) : await confirm(shop, buyer, order)
      if (state === 'declined') {
        // An earlier call with the other card, whose answer was lost, may still be running: then its no comes now.
        if (card === goodCard && ++declines > mostDeclines) return failed('a good card was declined')
        card = goodCard
      }
      next = state === 'declined' ? 'pay' : state === 'requires_action' ? 'confirm' : 'look'
      if (next !== 'look') continue
    }
    const known = await readOrder(shop, order.id, { token: buyer.token })
    if (known) tell(history, buyer, known)
    if (known?.state === 'paid') return { value: known }
    if (known && ['expired', 'cancelled', 'rejected'].includes(known.state)) return 'again'
    next = afterLooking(known)
    if (next === 'look') await shop.slots.rest(backoffMs(attempt, { first: 150, most: 1_500 }))
  }
  throw new GaveUp('a payment stays undecided')
}

/** A payment whose answer was lost may wait for its buyer, or be over. */
function afterLooking(order: Order | null): Next {
  if (order?.state !== 'awaiting_payment') return 'look'
  if (!order.payment || order.payment.state === 'declined') return 'pay'
  return order.payment.state === 'requires_action' ? 'confirm' : 'look'
}

async function sendCard(shop: Shop, buyer: Buyer, order: Order, card: string): Promise<Payment['state']> {
  const send = () =>
    ask(shop, 'pay', {
      ...{ method: 'POST', path: `/api/v1/orders/${order.id}/payments`, token: buyer.token },
      body: { method: { card } },
    })
  const [answer, twin] = await Promise.all(buyer.manner === 'repeats' ? [send(), send()] : [send()])
  const states = [answer, twin].flatMap((each) =>
    each?.status === 200 ? [(each.body as Payment).state] : [],
  )
  return states.includes('paid') ? 'paid' : (states[0] ?? refusal(shop, 'pay', answer))
}

async function confirm(shop: Shop, buyer: Buyer, order: Order): Promise<Payment['state']> {
  const path = `/api/v1/orders/${order.id}/payments/confirmation`
  const answer = await ask(shop, 'confirm', { method: 'POST', path, token: buyer.token })
  return answer.status === 200 ? (answer.body as Payment).state : refusal(shop, 'confirm', answer)
}

/** A refusal says where the order is not; looking at it says where it is. */
function refusal(shop: Shop, kind: string, answer: Parameters<typeof reasonOf>[0]): Payment['state'] {
  const reason = reasonOf(answer)
  if (reason === 'declined') return 'declined'
  if (answer.status !== 409) shop.meter.fault(`${kind}: ${answer.status} ${reason}`)
  return 'processing'
}

/** Cancels an unpaid order: its units are for others, and the buyer begins again. */
export async function cancel(shop: Shop, history: History, buyer: Buyer, order: Order): Promise<Step<Order>> {
  const path = `/api/v1/orders/${order.id}`
  const answer = await ask(shop, 'cancel', { method: 'DELETE', path, token: buyer.token })
  if (answer.status !== 200) return failed(`cancel answered ${answer.status} ${reasonOf(answer)}`)
  tell(history, buyer, answer.body as Order)
  return 'again'
}
