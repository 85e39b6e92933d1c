import 'server-only'
import { cacheLife } from 'next/cache'
import { listSales } from '@/lib/web/catalog'

/** Every sale for pages that a CDN may keep, half a minute old at most, and when it was read. */
export async function readSales() {
  'use cache'
  cacheLife({ stale: 30, revalidate: 30, expire: 3600 })
  return { sales: await listSales(), madeAt: new Date().toISOString() }
}
