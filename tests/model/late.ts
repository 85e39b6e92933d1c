import { livingHold, release, reserve, serving } from './admission'
import { order } from './ledger'
import type { Model, Order, Payment } from './state'

/** A payment that succeeds after its order expired buys the same again, if it can. */
export function moveToNewOrder(m: Model, p: Payment, ended: Order): boolean {
  const { buyer, body } = ended
  const id = `${buyer}/late:${p.name}`
  if (!m.ledger.orders.has(id)) {
    const redis = serving(m)
    if (!redis || livingHold(redis, buyer)?.state === 'open') return false
    if (!reserveAgain(m, ended)) return false
    const placed = order(m, { buyer, order: id, body })
    if (placed && 'refused' in placed) {
      release(m, { buyer })
      return false
    }
  }
  if (m.ledger.orders.get(id)?.state !== 'awaiting_payment') return false
  p.order = id
  p.movedFrom = ended.id
  return true
}

function reserveAgain(m: Model, { buyer, lines }: Order): boolean {
  for (const item of m.itemOrder) {
    const line = lines.find((each) => each.item === item)
    if (!line) continue
    const held = reserve(m, { buyer, item, quantity: line.numbers.length, ifVersion: null, isPaidFor: true })
    if ('ok' in held) continue
    release(m, { buyer })
    return false
  }
  return true
}
