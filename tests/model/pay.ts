import { type Answer, refused } from './admission'
import { orderOf } from './ledger'
import { orSilent, settlePayment } from './money'
import { authorise, confirmIntent, ripen, voidIntent } from './provider'
import { at, type Card, type Model, type Order, type Payment, Silent } from './state'

export type PayState = 'processing' | 'requires_action' | 'paid' | 'declined'

const isLive = ({ state }: Payment) => state !== 'declined' && state !== 'voided'
const livePayment = (m: Model, order: Order) => m.payments.find((p) => p.order === order.id && isLive(p))

function answer({ state }: Payment): { ok: PayState } {
  if (state === 'captured') return { ok: 'paid' }
  if (state === 'declined' || state === 'voided') return { ok: 'declined' }
  return { ok: state === 'requires_action' ? state : 'processing' }
}

/** `stale`: the server read the order while it still waited for its payment. */
export function pay(
  m: Model,
  order: Order,
  { card, stale, redisDown }: { card: Card; stale: boolean; redisDown: boolean },
): Answer<PayState> {
  const state = stale ? 'awaiting_payment' : order.state
  if (state === 'paid') return { ok: 'paid' }
  if (state !== 'awaiting_payment' && state !== 'capturing') return refused('not_payable')
  const live = livePayment(m, order)
  const replaced = live?.state === 'requires_action' && live.card !== card
  if (live && live.state !== 'creating' && !replaced) return answer(live)
  return unlessSilent(() => {
    if (live && replaced) settlePayment(m, live, voidIntent(m, live))
    const payment = replaced || !live ? begin(m, order, card) : live
    settlePayment(m, payment, authorise(m, payment, order, card), { redisDown })
    return answer(payment)
  })
}

function begin(m: Model, order: Order, card: Card): Payment {
  const payment: Payment = {
    ...{ name: `p${m.payments.length}`, order: order.id, movedFrom: null, card },
    ...{ state: 'creating', intent: null },
  }
  m.payments.push(payment)
  return payment
}

export function confirm(m: Model, order: Order, stale: boolean): Answer<PayState> {
  if (!stale && order.state === 'paid') return { ok: 'paid' }
  const live = livePayment(m, order)
  if (!live || live.state === 'creating') return refused('not_payable')
  if (live.state !== 'requires_action') return answer(live)
  return unlessSilent(() => {
    settlePayment(m, live, confirmIntent(m, live))
    return answer(live)
  })
}

function unlessSilent(act: () => { ok: PayState }): { ok: PayState } {
  try {
    return act()
  } catch (error) {
    if (error instanceof Silent) return { ok: 'processing' }
    throw error
  }
}

/** A webhook says only which payment to ask about. */
export function hear(m: Model, p: Payment) {
  if (p.state === 'captured' || p.state === 'voided') return
  ripen(m)
  if (p.intent) settlePayment(m, p, p.intent.state)
}

/** Every webhook on its way comes, and comes twice. Answers how many there were. */
export function webhooks(m: Model, descending: boolean): number {
  ripen(m)
  const sent = m.payments.flatMap((p) => (p.intent?.events ? [{ p, events: p.intent.events }] : []))
  for (const { p } of sent) if (p.intent) p.intent.events = 0
  for (const { p, events } of descending ? sent.reverse() : sent) {
    for (let time = 0; time < 2 * events; time++) hear(m, p)
  }
  return sent.reduce((sum, { events }) => sum + events, 0)
}

/** The worker asks the provider; a payment it has never seen is given up when it is `old`. */
export function sweep(m: Model, index: number, old: boolean): number {
  const p = at(m.payments, index)
  if (p.state === 'declined' || p.state === 'voided' || p.state === 'captured') return 0
  ripen(m)
  if (!p.intent) {
    if (old) settlePayment(m, p, 'declined', { resume: true })
    return 1
  }
  const isPointless = p.intent.state === 'requires_action' && orderOf(m, p.order).state !== 'awaiting_payment'
  const seen = isPointless ? orSilent(() => voidIntent(m, p)) : p.intent.state
  if (seen) settlePayment(m, p, seen, { resume: true })
  return 1
}
