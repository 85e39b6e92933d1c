import { and, asc, eq, exists, sql } from 'drizzle-orm'
import { items, products, sales, variants } from '../../db/schema'
import type { Context } from '../context'
import type { Product } from '../contract'
import { slugPattern } from '../patterns'
import { current } from './catalog'
import { readSales, toPublicSale } from './record'

/** Whether a published sale offers a variant, or did. */
const offered = (ctx: Pick<Context, 'db'>) =>
  ctx.db
    .select({ one: sql`1` })
    .from(items)
    .innerJoin(sales, eq(sales.id, items.saleId))
    .where(and(eq(items.variantId, variants.id), eq(sales.state, 'published')))

// Those that are known to be there, for each process and ledger. None of them ever goes.
const known = new WeakMap<object, Set<string>>()
/** More than most shops have: beyond it the oldest are asked for again. */
const mostKnown = 10_000

/** Whether `findProduct` would find one. Asks the ledger only until it has been there once. */
export async function isProduct(ctx: Pick<Context, 'db'>, handle: string): Promise<boolean> {
  if (!slugPattern.test(handle)) return false
  const there = known.get(ctx.db) ?? new Set<string>()
  known.set(ctx.db, there)
  if (there.has(handle)) return true
  const [row] = await ctx.db
    .select({ one: sql`1` })
    .from(products)
    .innerJoin(variants, eq(variants.productId, products.id))
    .where(and(eq(products.handle, handle), exists(offered(ctx))))
    .limit(1)
  if (!row) return false
  for (const oldest of there) {
    if (there.size < mostKnown) break
    there.delete(oldest)
  }
  there.add(handle)
  return true
}

/**
 * The product with this handle, and the sales that offer it, will, or did a short while ago, in order of opening. Null
 * when there is none, or none that a published sale has offered: what a merchant prepares is nobody's to see.
 */
export async function findProduct(ctx: Pick<Context, 'db'>, handle: string): Promise<Product | null> {
  if (!slugPattern.test(handle)) return null
  const rows = await ctx.db
    .select({ product: products, variant: variants })
    .from(products)
    .innerJoin(variants, eq(variants.productId, products.id))
    .where(and(eq(products.handle, handle), exists(offered(ctx))))
    .orderBy(asc(variants.title), asc(variants.id))
  const [first] = rows
  if (!first) return null
  const { id, ...product } = first.product
  const offers = ctx.db
    .select({ one: sql`1` })
    .from(items)
    .innerJoin(variants, eq(variants.id, items.variantId))
    .where(and(eq(items.saleId, sales.id), eq(variants.productId, id)))
  return {
    ...product,
    variants: rows.map(({ variant: { title, listPriceMinor, currency } }) => {
      return { title, listPriceMinor, currency }
    }),
    sales: (await readSales(ctx, and(current, exists(offers)) ?? sql`false`)).map(toPublicSale),
  }
}
