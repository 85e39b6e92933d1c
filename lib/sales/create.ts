import { randomBytes } from 'node:crypto'
import { ledgerErrorCode } from '../../db/postgres'
import { items, rooms, sales } from '../../db/schema'
import { type Actor, recordAudit } from '../audit/record'
import type { Context } from '../context'
import { newItemId, newSaleId } from '../id'
import { ok, type Result, refused } from '../result'
import { ensureVariant, type NewVariant } from './ensure-variant'

export type NewSale = {
  slug: string
  title: string
  description: string
  opensAt: Date
  closesAt: Date
  currency: string
  holdSeconds: number
  paySeconds: number
  extensions: number
  /** How long a unit that comes back may have to wait; `config.hold.returnMs` unless it says otherwise. */
  returnMs?: number
  demo?: boolean
  /** Whether there is a waiting room. */
  room?: boolean
  /** When buyers are asked for a proof against robots. */
  proof?: (typeof sales.$inferInsert)['proof']
  items: (NewVariant & { priceMinor: number; allocation: number; limit: number })[]
}

/**
 * Writes a draft with its products, and that `actor` did if there is one. Nothing of it can be bought until
 * `publishSale`. A taken slug is refused.
 */
export async function createSale(
  ctx: Pick<Context, 'db'>,
  sale: NewSale,
  actor?: Actor,
): Promise<Result<{ saleId: string; itemIds: string[] }>> {
  const saleId = newSaleId()
  const itemIds = sale.items.map(() => newItemId())
  try {
    await ctx.db.transaction(async (tx) => {
      const { items: lines, room, ...row } = sale
      await tx.insert(sales).values({ ...row, id: saleId })
      if (room) await tx.insert(rooms).values({ saleId, seed: randomBytes(32).toString('hex') })
      if (actor) {
        const after = { slug: sale.slug, title: sale.title, items: sale.items.length }
        const rest = { action: 'sales.create', subject: saleId, reason: '', before: null, after }
        await recordAudit(tx, { actor, ...rest })
      }
      for (const [index, line] of lines.entries()) {
        await tx.insert(items).values({
          saleId,
          id: itemIds[index] ?? '',
          position: index + 1,
          variantId: await ensureVariant(tx, line, sale.currency),
          priceMinor: line.priceMinor,
          allocation: line.allocation,
          limitPerBuyer: line.limit,
        })
      }
    })
  } catch (error) {
    if (ledgerErrorCode(error) === '23505')
      return refused('invalid_input', { fields: { slug: 'is already taken' } })
    throw error
  }
  return ok({ saleId, itemIds })
}
