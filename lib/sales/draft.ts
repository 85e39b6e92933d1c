import { and, eq } from 'drizzle-orm'
import type { z } from 'zod'
import { items, rooms, sales } from '../../db/schema'
import { type Actor, recordAudit } from '../audit/record'
import { config } from '../config'
import type { Context } from '../context'
import { ok, type Result, refused } from '../result'
import { createSale, type NewSale } from './create'
import type { Draft, newProduct } from './draft-schema'
import { type KnownVariant, listVariants } from './offers'

type Item = NewSale['items'][number]

/** Writes the draft of a sale. Refused: invalid_input for a taken address or a product that is gone. */
export async function draftSale(
  ctx: Context,
  draft: Draft,
  actor: Actor,
): Promise<Result<{ saleId: string }>> {
  const { room, items: lines, ...sale } = draft
  const known = new Map((await listVariants(ctx)).map((variant) => [variant.id, variant]))
  const found: Item[] = []
  for (const [at, { variantId, product, price: priceMinor, allocation, limit }] of lines.entries()) {
    const variant = known.get(variantId)
    if (!variant && !product)
      return refused('invalid_input', { fields: { [`items.${at}.variantId`]: 'is gone' } })
    const numbers = { priceMinor, allocation, limit }
    found.push(
      variant
        ? { ...asNewVariant(variant), ...numbers }
        : { ...described(product as NewProduct), ...numbers },
    )
  }
  return createSale(
    ctx,
    { ...sale, currency: config.shop.currency, room: room === 'on', items: found },
    actor,
  )
}

type NewProduct = z.infer<typeof newProduct>

const described = ({ title, variant, description }: NewProduct) => ({
  // Until pictures can be uploaded.
  product: { title, description, image: '/images/products/print.svg', imageAlt: title },
  variant,
  listPriceMinor: null,
})

const asNewVariant = ({
  title,
  handle,
  product,
  description,
  image,
  imageAlt,
  listPriceMinor,
}: KnownVariant) => ({
  product: { handle, title: product, description, image, imageAlt },
  variant: title,
  listPriceMinor,
})

/** Throws a draft away. Refused: not_found for anything that is no draft. */
export const discardDraft = (ctx: Pick<Context, 'db'>, saleId: string, actor: Actor): Promise<Result<null>> =>
  ctx.db.transaction(async (tx) => {
    const [draft] = await tx
      .select()
      .from(sales)
      .where(and(eq(sales.id, saleId), eq(sales.state, 'draft')))
      .for('update')
    if (!draft) return refused('not_found')
    await tx.delete(items).where(eq(items.saleId, saleId))
    await tx.delete(rooms).where(eq(rooms.saleId, saleId))
    await tx.delete(sales).where(eq(sales.id, saleId))
    const before = { slug: draft.slug, title: draft.title }
    const rest = { action: 'sales.discard', subject: saleId, reason: '', before, after: null }
    await recordAudit(tx, { actor, ...rest })
    return ok(null)
  })
