import type { AuditEntry } from '../audit/list'
import { formatMoney } from '../money'
import type { OrderRecord } from '../orders/read'
import type { ListedPayment } from './list'

export type Moment = { at: Date; what: string; why?: string }

/** What each state of a payment means to the merchant; those that pass say nothing. */
const outcomes: Partial<Record<ListedPayment['state'], string>> = {
  captured: 'The payment was taken.',
  declined: 'The card was declined. Nothing was charged.',
  voided: 'The payment was set free. Nothing was charged.',
  requires_action: 'The bank asked the buyer to confirm.',
}

/** What happened to an order, the earliest first: what the ledger knows the time of, and what the team did. */
export function timelineOf(order: OrderRecord, payments: ListedPayment[], entries: AuditEntry[]): Moment[] {
  const moments: Moment[] = [{ at: order.placedAt, what: 'The order was placed.' }]
  for (const { state, lastFour, createdAt, updatedAt, amountMinor: minor, currency } of payments) {
    const amount = formatMoney({ minor, currency })
    moments.push({ at: createdAt, what: `Payment of ${amount} with the card ending in ${lastFour}.` })
    const what = outcomes[state]
    if (what) moments.push({ at: updatedAt, what })
  }
  if (order.paidAt) moments.push({ at: order.paidAt, what: 'The order was paid.' })
  for (const { at, actor, action, reason } of entries)
    moments.push({ at, what: `${action} by ${actor}`, why: reason })
  return moments.sort((a, b) => a.at.getTime() - b.at.getTime())
}
