import { cacheLife } from 'next/cache'
import { notFound } from 'next/navigation'
import { extendAction } from '@/app/cart/actions'
import { SaleItemSection } from '@/components/sale-item'
import { slugPattern } from '@/lib/patterns'
import { findSale } from '@/lib/web/catalog'
import { noopAction } from './actions'

export const ensureStatic = 'navigation'
export const instant = false

/** There is no sale when the bench builds: its pages are made at their first visit. */
export const generateStaticParams = async () => [{ slug: 'none-yet' }]

async function readSale(slug: string) {
  'use cache'
  cacheLife({ stale: 30, revalidate: 30, expire: 3600 })
  return slugPattern.test(slug) ? findSale(slug) : null
}

/** The sale page with an action that does nothing: a server action is called through the page that has it. */
export default async function NoopSalePage({ params }: { params: Promise<{ slug: string }> }) {
  const sale = await readSale((await params).slug)
  if (!sale) notFound()
  return sale.items.map((item, index) => (
    <SaleItemSection
      key={item.id}
      sale={sale}
      item={item}
      first={index === 0}
      reserveAction={noopAction}
      extendAction={extendAction}
    />
  ))
}
