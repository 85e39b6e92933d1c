import { z } from 'zod'
import { config } from '../config'
import { type Checkout, checkoutSchema } from '../contract'
import { idPatterns } from '../patterns'
import type { HoldLine } from '../units/hold-record'

/** Hold ids and digests. What Postgres can't store must not get as far as a claim: it would fail there for ever. */
const word = z.string().regex(/^[\w-]{1,64}$/)

const fieldsSchema = z.object({
  order: z.string().regex(idPatterns.order),
  buyer: z.string().regex(idPatterns.buyer),
  hold: word,
  epoch: z.string(),
  body: word,
  lines: z.string(),
  details: z.string(),
})

const linesSchema = z
  .array(
    z.object({
      item: z.string().regex(idPatterns.item),
      numbers: z.array(z.int().min(1).max(config.sale.maxAllocation)).min(1),
      price: z.int32().min(0),
    }),
  )
  .min(1)

/** One order as it waits in the stream. */
export type Entry = {
  entryId: string
  orderId: string
  buyerId: string
  holdId: string
  epoch: string
  bodyHash: string
  lines: HoldLine[]
  details: Checkout
}

/** Reads a stream entry; null for one that no version of the shop can have written (it is set aside). */
export function parseEntry(entryId: string, fields: Record<string, string>): Entry | null {
  try {
    const { order, buyer, hold, epoch, body, lines, details } = fieldsSchema.parse(fields)
    return {
      entryId,
      orderId: order,
      buyerId: buyer,
      holdId: hold,
      epoch,
      bodyHash: body,
      lines: linesSchema.parse(JSON.parse(lines)),
      details: checkoutSchema.parse(JSON.parse(details)),
    }
  } catch {
    return null
  }
}

/** What the lines of an entry cost, in minor units. */
export const totalOf = (lines: HoldLine[]) =>
  lines.reduce((sum, line) => sum + line.numbers.length * line.price, 0)
