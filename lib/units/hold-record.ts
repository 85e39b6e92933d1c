import { z } from 'zod'
import { luaArray } from '../../db/define-script'

/**
 * A hold as Redis keeps it, one JSON value per buyer and sale.
 * state: `open` counts down; `ordered` waits for the ledger and for payment, and has no deadline of its own;
 * `released` holds nothing and only remembers the deadline, so that emptying a cart never buys time.
 */
export type HoldRecord = {
  id: string
  state: 'open' | 'ordered' | 'released'
  /** ms on the sale's clock. */
  deadline: number
  /** How often it was extended, and by which request last: a repeat of that request changes nothing. */
  extended: number
  extension: string
  version: number
  lines: HoldLine[]
  /** The version at which a proof against robots was last used for it. */
  proven?: number
  order?: string
  body?: string
  /** Keyed hash of the network that it was made from, unless that is a trusted one. */
  net?: string
  /** Item → what its buyer gave back and others can have from that ms on: until then they can have it again themselves. */
  gave?: Record<string, [number: number, readyMs: number][]>
  /** It has been counted as lapsed: an order of it ended without payment. */
  lapsed?: true
}

export type HoldLine = { item: string; numbers: number[]; price: number }

export const holdLineSchema = z.object({
  item: z.string(),
  numbers: luaArray(z.number()),
  price: z.number(),
})

/** What the cart scripts answer: a hold with its deadline on the real clock. */
export const cartReplySchema = z.object({
  code: z.literal('ok'),
  now: z.number(),
  deadline: z.number(),
  frozen: z.boolean(),
  extensions: z.number(),
  version: z.number(),
  lines: luaArray(holdLineSchema),
  currency: z.string(),
})
export type CartReply = z.infer<typeof cartReplySchema>

/** Reads the JSON of a hold, as the scripts write it. */
export function parseHoldRecord(json: string): HoldRecord {
  const record = JSON.parse(json) as HoldRecord
  // An empty Lua table is encoded as {}.
  return { ...record, lines: Array.isArray(record.lines) ? record.lines : [] }
}
