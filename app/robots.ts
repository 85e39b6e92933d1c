import type { MetadataRoute } from 'next'
import { cacheLife } from 'next/cache'
import { publicUrl } from '@/lib/env'

/** Search engines read what is for everybody; what is made for one buyer is none of theirs. */
export default async function robots(): Promise<MetadataRoute.Robots> {
  // Made anew where it is served: whoever built the pages may not have known the address.
  'use cache'
  cacheLife({ stale: 30, revalidate: 30, expire: 3600 })
  return {
    rules: { userAgent: '*', disallow: ['/api/', '/cart', '/checkout', '/orders/'] },
    sitemap: new URL('/sitemap.xml', publicUrl()).href,
  }
}
