import { randomBytes } from 'node:crypto'
import { ledgerErrorCode } from '../../db/postgres'
import { items, products, rooms, sales, variants } from '../../db/schema'
import type { Context } from '../context'
import { newItemId, newProductId, newSaleId } from '../id'
import { ok, type Result, refused } from '../result'

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
  demo?: boolean
  /** Whether there is a waiting room. */
  room?: boolean
  items: {
    product: { title: string; description: string; image: string; imageAlt: string }
    variant: string
    listPriceMinor: number | null
    priceMinor: number
    allocation: number
    limit: number
  }[]
}

/** Writes a draft with its products. Nothing of it can be bought until `publishSale`. A taken slug is refused. */
export async function createSale(
  ctx: Pick<Context, 'db'>,
  sale: NewSale,
): Promise<Result<{ saleId: string; itemIds: string[] }>> {
  const saleId = newSaleId()
  const itemIds = sale.items.map(() => newItemId())
  try {
    await ctx.db.transaction(async (tx) => {
      const { items: lines, room, ...row } = sale
      await tx.insert(sales).values({ ...row, id: saleId })
      if (room) await tx.insert(rooms).values({ saleId, seed: randomBytes(32).toString('hex') })
      for (const [index, line] of lines.entries()) {
        const productId = newProductId()
        await tx.insert(products).values({
          id: productId,
          handle: `${sale.slug}-${index + 1}-${productId.slice(4)}`,
          ...line.product,
        })
        const variantId = `var_${productId.slice(4)}`
        await tx.insert(variants).values({
          id: variantId,
          productId,
          title: line.variant,
          listPriceMinor: line.listPriceMinor,
          currency: sale.currency,
        })
        await tx.insert(items).values({
          saleId,
          id: itemIds[index] ?? '',
          position: index + 1,
          variantId,
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
