import { createHash, randomBytes } from 'node:crypto'
import { newBuyerId, newHoldId, orderIdFor } from '../../lib/id'
import type { Entry } from '../../lib/orders/entry'
import { type BenchSale, checkout } from './sales'

const bodyHash = createHash('sha256').update(JSON.stringify(checkout)).digest('base64url')

/** Hands out orders of one unit each that no ledger has seen, in batches, with ever new numbers of the sale's item. */
export function entrySource(sale: BenchSale, batchSize: number, allocation = Number.MAX_SAFE_INTEGER) {
  let next = 1
  const startedAt = Date.now()

  const one = (number: number): Entry => {
    const buyerId = newBuyerId()
    return {
      entryId: `${startedAt}-${number}`,
      orderId: orderIdFor(sale.saleId, buyerId, randomBytes(12).toString('base64url')),
      buyerId,
      holdId: newHoldId(),
      epoch: sale.record.epochText,
      bodyHash,
      lines: [{ item: sale.itemId, numbers: [number], price: 1990 }],
      details: { ...checkout, email: `${buyerId}@example.com` },
    }
  }

  const pool: Entry[][] = []
  return {
    /** So many batches, fewer once the allocation is used up. Made before anything is timed. */
    take(batches: number): Entry[][] {
      while (pool.length < batches && next + batchSize - 1 <= allocation) {
        pool.push(Array.from({ length: batchSize }, (_, i) => one(next + i)))
        next += batchSize
      }
      return pool.splice(0, batches)
    },
    /** What was taken and not used serves the next time. */
    giveBack(batches: Entry[][]) {
      pool.unshift(...batches)
    },
  }
}

export type EntrySource = ReturnType<typeof entrySource>
