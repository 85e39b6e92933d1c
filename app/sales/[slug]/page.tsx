import type { Metadata } from 'next'
import { cacheLife } from 'next/cache'
import { notFound } from 'next/navigation'
import { extendAction } from '@/app/cart/actions'
import { Countdown } from '@/components/countdown'
import { SaleJsonLd } from '@/components/json-ld'
import { SaleItemSection } from '@/components/sale-item'
import { publicUrl } from '@/lib/env'
import { slugPattern } from '@/lib/patterns'
import { findSale, listSales } from '@/lib/web/catalog'
import { reserveAction } from './actions'

export const ensureStatic = 'navigation'
/** Complete static HTML instead of a shell that is filled in: it has to say everything without JavaScript. */
export const instant = false

/** A page of its own for each sale known at build; later ones are made at their first visit. */
export async function generateStaticParams() {
  const sales = await listSales()
  return sales.length > 0 ? sales.map(({ slug }) => ({ slug })) : [{ slug: 'none-yet' }]
}

async function readSale(slug: string) {
  'use cache'
  cacheLife({ stale: 30, revalidate: 30, expire: 3600 })
  return slugPattern.test(slug) ? findSale(slug) : null
}

export async function generateMetadata({ params }: PageProps<'/sales/[slug]'>): Promise<Metadata> {
  const sale = await readSale((await params).slug)
  if (!sale) return { title: 'No such sale' }
  const { title, description, slug } = sale
  return {
    title,
    description,
    alternates: { canonical: `/sales/${slug}` },
    openGraph: { type: 'website', title, description, url: `/sales/${slug}`, images: ['/images/og.png'] },
  }
}

export default async function SalePage({ params }: PageProps<'/sales/[slug]'>) {
  const sale = await readSale((await params).slug)
  if (!sale) notFound()
  return (
    <article className="shell grid gap-4 pt-4 sm:gap-8 sm:pt-10">
      <SaleJsonLd sale={sale} origin={publicUrl()} />
      <header className="grid gap-2 sm:gap-4 lg:grid-cols-[1fr_auto] lg:items-end">
        <h1 className="display text-[clamp(2.25rem,6vw,4.5rem)]">{sale.title}</h1>
        <div className="lg:text-end">
          <Countdown slug={sale.slug} opensAt={sale.opensAt} closesAt={sale.closesAt} />
        </div>
      </header>
      {/* On a phone the way to buy comes first, so that it is reached without scrolling. */}
      <p className="max-w-prose text-lg text-muted max-lg:order-last max-lg:mt-4">{sale.description}</p>
      <div className="grid gap-16">
        {sale.items.map((item, index) => (
          <SaleItemSection
            key={item.id}
            sale={sale}
            item={item}
            first={index === 0}
            reserveAction={reserveAction}
            extendAction={extendAction}
          />
        ))}
      </div>
    </article>
  )
}
