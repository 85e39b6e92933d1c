import { config } from '../../lib/config'
import { expireHolds, makeReady, refused, release, reserve } from './admission'
import { extend, freeze } from './frozen'
import { cancel, claimHalf, claimNext, endUnpaid, expireOrders, order, orderOf, ordersOf } from './ledger'
import { confirm, hear, pay, sweep, webhooks } from './pay'
import { control, reconcile } from './repairs'
import { at, type Model } from './state'
import type { Step } from './steps'

/** Which order or payment a step is about: found before it runs, so that a repeat means the same one. */
export type Target = { order: string; payment: number }

const nobody: Target = { order: '', payment: -1 }

/** Null when the step makes no sense now. */
export function targetOf(m: Model, step: Step): Target | null {
  switch (step.do) {
    case 'pay':
    case 'confirm':
    case 'cancel':
    case 'endHalf':
    case 'overdue': {
      const mine = ordersOf(m, step.buyer)
      const found = mine[step.nth % mine.length]
      if (!found || (step.do === 'pay' && step.redisDown && found.state !== 'awaiting_payment')) return null
      return { order: found.id, payment: -1 }
    }
    case 'webhook':
    case 'sweep': {
      const payment = m.payments.length - 1 - (step.nth % m.payments.length)
      if (!m.payments[payment] || (step.do === 'webhook' && !m.payments[payment]?.intent)) return null
      return { order: '', payment }
    }
    case 'order':
      return isAnswered(m, step) ? nobody : null
    case 'holdDue':
      return m.redis?.holds.has(step.buyer) ? nobody : null
    case 'claimHalf':
    case 'ready':
    case 'cooled':
    case 'snapshot':
      return m.redis ? nobody : null
    case 'rollback':
      return m.snapshot ? nobody : null
    default:
      return nobody
  }
}

const orderId = ({ buyer, key }: { buyer: number; key: number }) => `${buyer}/${key}`

/** An order that nobody decides about makes its buyer wait for seconds: `queue` stands for it. */
function isAnswered(m: Model, step: { buyer: number; key: number; body: number }): boolean {
  return order(structuredClone(m), { ...step, order: orderId(step) }) !== undefined
}

/** Plays the step on the model, and answers what the verb should. */
export function predict(m: Model, step: Step, target: Target): unknown {
  m.silence = 'silence' in step ? step.silence : null
  const answer = play(m, step, target)
  m.silence = null
  return answer
}

function play(m: Model, step: Step, target: Target): unknown {
  switch (step.do) {
    case 'reserve':
      return reserve(m, step)
    case 'release':
      return release(m, step)
    case 'extend':
      return extend(m, {
        ...step,
        request: `wish-${step.request}`,
        holdMs: config.hold.defaultSeconds * 1000,
      })
    case 'order':
      return order(m, { ...step, order: orderId(step) })
    case 'queue':
      return queue(m, step)
    case 'claim':
      return claimNext(m, step.source)
    case 'claimHalf':
      return claimHalf(m, step.diesAfter)
    case 'pay':
      return pay(m, orderOf(m, target.order), step)
    case 'confirm':
      return confirm(m, orderOf(m, target.order), step.stale)
    case 'cancel':
      return cancel(m, orderOf(m, target.order))
    case 'endHalf':
      return endUnpaid(m, orderOf(m, target.order), step.to)
    case 'expireHolds':
      return expireHolds(m)
    case 'expireOrders':
      return expireOrders(m)
    case 'webhooks':
      return webhooks(m, step.descending)
    case 'webhook':
      return hear(m, at(m.payments, target.payment))
    case 'sweep':
      return sweep(m, target.payment, step.old)
    case 'control':
      return control(m, step.what)
    case 'reconcile': {
      const repairs = reconcile(m, step.left)
      if (step.isHeard) m.known = m.ledger.epoch
      return repairs
    }
    default:
      return happen(m, step, target)
  }
}

function queue(m: Model, step: Extract<Step, { do: 'queue' }>) {
  const id = orderId(step)
  if (!step.raced && m.ledger.orders.has(id)) return refused('known')
  return freeze(m, { ...step, order: id })
}

/** Events that no verb of the shop brings about. */
function happen(m: Model, step: Step, target: Target): void {
  if (step.do === 'holdDue') {
    const hold = m.redis?.holds.get(step.buyer)
    if (hold) hold.deadline = 1
  } else if (step.do === 'overdue') orderOf(m, target.order).overdue = true
  else if (step.do === 'ripen') {
    for (const { intent } of m.payments) if (intent) intent.ripe = true
  } else if (step.do === 'ready') makeReady(m)
  else if (step.do === 'cooled') {
    for (const lapse of m.redis?.lapses.values() ?? []) lapse.isCooling = false
  } else if (step.do === 'lose') m.redis = null
  else if (step.do === 'snapshot') m.snapshot = structuredClone(m.redis)
  else if (step.do === 'rollback') m.redis = structuredClone(m.snapshot)
}
