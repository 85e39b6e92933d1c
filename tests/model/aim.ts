import { livingHold } from './admission'
import { ordersOf } from './ledger'
import { at, type Model } from './state'
import type { Step } from './steps'

/** A buyer from here on stands for one of those whom the step concerns. */
export const concerned = 4

/**
 * The step with a real buyer in it; null when it concerns nobody. Without aiming most steps of a walk would be refused,
 * and few walks would get as far as a payment.
 */
export function aim(m: Model, step: Step): Step | null {
  if (!('buyer' in step)) return step
  const everybody = Array.from({ length: m.shape.buyers }, (_, buyer) => buyer)
  const buyers = step.buyer < concerned ? everybody : everybody.filter((buyer) => concerns(m, step, buyer))
  return buyers.length === 0 ? null : { ...step, buyer: at(buyers, step.buyer % buyers.length) }
}

function concerns(m: Model, step: Step, buyer: number): boolean {
  const hold = m.redis ? livingHold(m.redis, buyer) : undefined
  const [latest] = ordersOf(m, buyer)
  switch (step.do) {
    case 'reserve':
      return hold?.state !== 'ordered'
    case 'release':
    case 'extend':
    case 'order':
    case 'queue':
      return hold?.state === 'open' && hold.lines.length > 0
    case 'holdDue':
      return hold !== undefined
    case 'confirm':
      return m.payments.some((p) => p.order === latest?.id && p.state === 'requires_action')
    default:
      return latest?.state === 'awaiting_payment'
  }
}
