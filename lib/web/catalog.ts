import 'server-only'
import type { Sale } from '../contract'
import { isBuildWithoutStores } from '../env'
import { context } from '../open-context'
import * as catalog from '../sales/catalog'
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
