import 'server-only'
import type { Product, Sale } from '../contract'
import { isBuildWithoutStores } from '../env'
import { context } from '../open-context'
import * as catalog from '../sales/catalog'
import * as product from '../sales/product'
import { toPublicSale } from '../sales/record'

/** Published sales for the static pages, in order of opening. */
export async function listSales(): Promise<Sale[]> {
  if (isBuildWithoutStores()) return []
  return (await catalog.listSales(context())).map(toPublicSale)
}

/** One published sale for its static page. */
export async function findSale(slug: string): Promise<Sale | null> {
  if (isBuildWithoutStores()) return null
  const sale = await catalog.findSale(context(), slug)
  return sale && toPublicSale(sale)
}

/** One product with its sales for its static page. */
export async function findProduct(handle: string): Promise<Product | null> {
  return isBuildWithoutStores() ? null : product.findProduct(context(), handle)
}
