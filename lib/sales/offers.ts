import { asc, eq, sql } from 'drizzle-orm'
import { items, products, sales, variants } from '../../db/schema'
import { config } from '../config'
import type { Context } from '../context'

export type KnownVariant = {
  id: string
  title: string
  handle: string
  product: string
  description: string
  image: string
  imageAlt: string
  listPriceMinor: number | null
}

/** Everything that can be put on sale, by product. */
export const listVariants = (ctx: Pick<Context, 'db'>): Promise<KnownVariant[]> =>
  ctx.db
    .select({
      id: variants.id,
      title: variants.title,
      handle: products.handle,
      product: products.title,
      description: products.description,
      image: products.image,
      imageAlt: products.imageAlt,
      listPriceMinor: variants.listPriceMinor,
    })
    .from(variants)
    .innerJoin(products, eq(products.id, variants.productId))
    .where(eq(variants.currency, config.shop.currency))
    .orderBy(asc(products.title), asc(variants.title), asc(variants.id))

export type Overlap = { variant: string; saleId: string; title: string }

/** Sales that offer the same goods while this one runs: their allocations are promised from one shelf. */
export async function listOverlaps(ctx: Pick<Context, 'db'>, saleId: string): Promise<Overlap[]> {
  const rows = await ctx.db.execute<Overlap>(sql`
    select distinct p.title || ', ' || v.title as variant, s.id as "saleId", s.title
    from ${items} mine
    join ${sales} me on me.id = mine.sale_id
    join ${items} theirs on theirs.variant_id = mine.variant_id and theirs.sale_id <> mine.sale_id
    join ${sales} s on s.id = theirs.sale_id and s.opens_at < me.closes_at and s.closes_at > me.opens_at
    join ${variants} v on v.id = mine.variant_id
    join ${products} p on p.id = v.product_id
    where mine.sale_id = ${saleId}
    order by 1, 3`)
  return [...rows]
}

export type SaleItem = {
  id: string
  product: string
  variant: string
  priceMinor: number
  listPriceMinor: number | null
  allocation: number
  limitPerBuyer: number
}

/** What a sale offers, in the order of its page. */
export const listSaleItems = (ctx: Pick<Context, 'db'>, saleId: string): Promise<SaleItem[]> =>
  ctx.db
    .select({
      id: items.id,
      product: products.title,
      variant: variants.title,
      priceMinor: items.priceMinor,
      listPriceMinor: variants.listPriceMinor,
      allocation: items.allocation,
      limitPerBuyer: items.limitPerBuyer,
    })
    .from(items)
    .innerJoin(variants, eq(variants.id, items.variantId))
    .innerJoin(products, eq(products.id, variants.productId))
    .where(eq(items.saleId, saleId))
    .orderBy(asc(items.position))
