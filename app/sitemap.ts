import type { MetadataRoute } from 'next'
import { cacheLife } from 'next/cache'
import { publicUrl } from '@/lib/env'
import { listSales } from '@/lib/web/catalog'

/** The pages for everybody: the shop window, every sale that is not over for long, and what it offers. */
export default async function sitemap(): Promise<MetadataRoute.Sitemap> {
  'use cache'
  cacheLife({ stale: 30, revalidate: 30, expire: 3600 })
  const sales = await listSales()
  const products = new Set(sales.flatMap(({ items }) => items.map(({ handle }) => `/products/${handle}`)))
  const paths = ['/', '/sales', ...sales.map(({ slug }) => `/sales/${slug}`), ...products]
  return paths.map((path) => ({ url: new URL(path, publicUrl()).href }))
}
