import { settle } from './frozen'
import { moveToNewOrder } from './late'
import { orderOf } from './ledger'
import { captureIntent, voidIntent } from './provider'
import { type Intent, type Model, type Payment, Silent } from './state'

const undecided: Payment['state'][] = ['creating', 'requires_action', 'processing']

type Manner = { resume?: boolean; redisDown?: boolean }

/** Brings a payment, and its order with it, to where the provider says it is. */
export function settlePayment(m: Model, p: Payment, seen: Intent['state'], manner: Manner = {}) {
  if (seen === 'captured') finish(m, p, manner)
  else if (seen === 'declined' || seen === 'voided') failed(m, p, seen)
  else if (seen !== 'authorised') {
    if (undecided.includes(p.state)) p.state = seen
  } else authorised(m, p, manner)
}

function authorised(m: Model, p: Payment, manner: Manner) {
  const from: Payment['state'][] = manner.resume ? [...undecided, 'authorised'] : undecided
  const startCapture = (allowed: Payment['state'][]) => {
    const order = orderOf(m, p.order)
    if (!allowed.includes(p.state) || order.state !== 'awaiting_payment') return false
    order.state = 'capturing'
    p.state = 'capturing'
    return true
  }
  if (startCapture(from) || p.state === 'capturing') return capture(m, p, manner)
  if (p.state === 'declined' || p.state === 'voided') return voidPayment(m, p)
  const order = orderOf(m, p.order)
  if (order.state === 'awaiting_payment' || !from.includes(p.state)) return
  p.state = 'authorised'
  const isMoved = order.state === 'expired' && moveToNewOrder(m, p, order)
  if (isMoved && startCapture(['authorised'])) capture(m, p, manner)
  else voidPayment(m, p)
}

/** A silent provider leaves the payment as it is. */
export function orSilent(act: () => Intent['state']): Intent['state'] | null {
  try {
    return act()
  } catch (error) {
    if (error instanceof Silent) return null
    throw error
  }
}

function capture(m: Model, p: Payment, manner: Manner) {
  const seen = orSilent(() => captureIntent(m, p))
  if (seen === 'captured') finish(m, p, manner)
  else if (seen) failed(m, p, seen)
}

function voidPayment(m: Model, p: Payment) {
  if (orSilent(() => voidIntent(m, p)) === 'voided') failed(m, p, 'voided')
}

function finish(m: Model, p: Payment, { redisDown = false }: Manner) {
  if (p.state !== 'capturing') return
  p.state = 'captured'
  const order = orderOf(m, p.order)
  if (order.state === 'capturing') order.state = 'paid'
  const outcome = { buyer: order.buyer, order: order.id, end: 'paid', owned: new Set<string>() } as const
  if (!redisDown) settle(m.redis, outcome)
}

function failed(m: Model, p: Payment, seen: Intent['state']) {
  const to = seen === 'voided' ? 'voided' : 'declined'
  if (p.state === 'capturing') orderOf(m, p.order).state = 'awaiting_payment'
  else if (p.state !== 'authorised' && !undecided.includes(p.state)) return
  p.state = to
}
