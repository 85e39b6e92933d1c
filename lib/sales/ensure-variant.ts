import { and, eq, sql } from 'drizzle-orm'
import type { Transaction } from '../../db/postgres'
import { products, variants } from '../../db/schema'
import { newProductId, newVariantId } from '../id'

export type NewVariant = {
  /** Without a handle it is a new product. With one that is taken it is that product, as it is described there. */
  product: { handle?: string; title: string; description: string; image: string; imageAlt: string }
  variant: string
  listPriceMinor: number | null
}

/** The handle of a product that was given none: its title as far as it can stand in an address, and its id. */
function handleFor(title: string, productId: string): string {
  const words = title
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 48)
    .replace(/^-+|-+$/g, '')
  return `${words || 'product'}-${productId.slice(4)}`
}

/**
 * The id of the variant with this title and currency of this product; what is missing of the two is written. Its list
 * price becomes the one given: there is one at a time.
 */
export async function ensureVariant(tx: Transaction, wish: NewVariant, currency: string): Promise<string> {
  const id = newProductId()
  const handle = wish.product.handle ?? handleFor(wish.product.title, id)
  const [product] = await tx
    .insert(products)
    .values({ id, ...wish.product, handle })
    // Changes nothing, but locks the product: two sales that are made at once must not each write its variant.
    .onConflictDoUpdate({ target: products.handle, set: { handle: sql`excluded.handle` } })
    .returning({ id: products.id })
  const productId = product?.id ?? id
  const { variant: title, listPriceMinor } = wish
  const [known] = await tx
    .update(variants)
    .set({ listPriceMinor })
    .where(and(eq(variants.productId, productId), eq(variants.title, title), eq(variants.currency, currency)))
    .returning({ id: variants.id })
  if (known) return known.id
  const variantId = newVariantId()
  await tx.insert(variants).values({ id: variantId, productId, title, listPriceMinor, currency })
  return variantId
}
