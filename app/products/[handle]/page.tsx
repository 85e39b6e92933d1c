import type { Metadata } from 'next'
import { cacheLife } from 'next/cache'
import { notFound } from 'next/navigation'
import { ProductJsonLd } from '@/components/json-ld'
import { ProductImage } from '@/components/product-image'
import { ProductOffers } from '@/components/product-offers'
import { publicUrl } from '@/lib/env'
import { formatMoney } from '@/lib/money'
import { findProduct, listSales } from '@/lib/web/catalog'

export const ensureStatic = 'navigation'
/** Complete static HTML instead of a shell that is filled in: it has to say everything without JavaScript. */
export const instant = false

/** A page of its own for what is offered at build; later ones are made at their first visit. */
export async function generateStaticParams() {
  const handles = new Set((await listSales()).flatMap(({ items }) => items.map(({ handle }) => handle)))
  return handles.size > 0 ? [...handles].map((handle) => ({ handle })) : [{ handle: 'none-yet' }]
}

async function readProduct(handle: string) {
  'use cache'
  cacheLife({ stale: 30, revalidate: 30, expire: 3600 })
  const product = await findProduct(handle)
  return product && { product, madeAt: new Date().toISOString() }
}

export async function generateMetadata({ params }: PageProps<'/products/[handle]'>): Promise<Metadata> {
  const read = await readProduct((await params).handle)
  if (!read) return { title: 'No such product' }
  const { title, description, handle } = read.product
  return {
    title,
    description,
    alternates: { canonical: `/products/${handle}` },
    openGraph: {
      type: 'website',
      title,
      description,
      url: `/products/${handle}`,
      images: ['/images/og.png'],
    },
  }
}

export default async function ProductPage({ params }: PageProps<'/products/[handle]'>) {
  const read = await readProduct((await params).handle)
  if (!read) notFound()
  const { product, madeAt } = read
  return (
    <article className="shell grid items-start gap-6 pt-4 sm:pt-10 lg:grid-cols-[1.15fr_1fr] lg:gap-14">
      <ProductJsonLd product={product} origin={publicUrl()} />
      <ProductImage
        src={product.image}
        alt={product.imageAlt}
        eager
        className="aspect-4/3 w-full rounded-3xl sm:rounded-[2rem] lg:sticky lg:top-6 lg:aspect-square lg:max-h-[80dvh]"
      />
      <div className="grid gap-6 sm:gap-8">
        <header className="grid gap-4">
          <h1 className="display text-4xl sm:text-6xl">{product.title}</h1>
          <ul className="grid gap-1">
            {product.variants.map(({ title, listPriceMinor, currency }) => (
              <li key={`${title} ${currency}`} className="figures flex flex-wrap gap-x-3">
                <span className="text-muted">{title}</span>
                {listPriceMinor !== null && (
                  <span className="font-semibold">
                    List price {formatMoney({ minor: listPriceMinor, currency })}
                  </span>
                )}
              </li>
            ))}
          </ul>
        </header>
        {product.description && (
          <p className="max-w-prose whitespace-pre-line text-lg">{product.description}</p>
        )}
        <ProductOffers handle={product.handle} sales={product.sales} madeAt={madeAt} />
      </div>
    </article>
  )
}
