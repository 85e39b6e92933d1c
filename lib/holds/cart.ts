import type { Cart } from '../contract'
import type { CartReply } from '../units/hold-record'

const iso = (ms: number) => new Date(ms).toISOString()

/** A hold as its buyer sees it: "your cart". Prices are the ones the hold was made at (I10). */
export function toCart(reply: CartReply): Cart {
  const lines = reply.lines.map((line) => ({
    itemId: line.item,
    quantity: line.numbers.length,
    units: line.numbers.toSorted((a, b) => a - b),
    priceMinor: line.price,
  }))
  return {
    now: iso(reply.now),
    deadline: iso(reply.deadline),
    frozen: reply.frozen,
    extensions: Math.max(0, reply.extensions),
    version: reply.version,
    lines,
    totalMinor: lines.reduce((sum, line) => sum + line.quantity * line.priceMinor, 0),
    currency: reply.currency,
  }
}
