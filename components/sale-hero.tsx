'use client'

import type { Route } from 'next'
import type { Sale } from '@/lib/contract'
import { Countdown } from './countdown'
import { ProductImage } from './product-image'
import { SaleLineup } from './sale-lineup'
import { StockMeter } from './stock-meter'
import { Badge } from './ui/badge'
import { ButtonLink } from './ui/button'
import { Price } from './ui/price'

/** The sale that matters most now, as large as the screen allows: what it is, what it costs, how long and how many. */
export function SaleHero({ sale, moment }: { sale: Sale; moment: 'open' | 'upcoming' }) {
  const item = sale.items[0]
  const alone = sale.items.length === 1 ? item : undefined
  const open = moment === 'open'
  return (
    <section className="shell grid items-center gap-5 pt-4 sm:gap-8 sm:pt-10 lg:grid-cols-[1fr_1.05fr] lg:gap-14">
      {item && (
        <div className="relative lg:order-last">
          <ProductImage
            src={item.image}
            alt={item.imageAlt}
            eager
            className="aspect-4/3 w-full rounded-[2rem] lg:aspect-square"
          />
          <p className="figures absolute inset-s-4 bottom-4 -rotate-3 rounded-xl border-2 border-stamp bg-tag px-4 py-2 font-extrabold text-stamp tracking-tight sm:text-xl">
            No. 1 to {item.allocation}
          </p>
        </div>
      )}
      <div className="grid content-center gap-4 sm:gap-6">
        <div className="flex flex-wrap gap-2">
          <Badge tone={open ? 'go' : 'tag'} live={open}>
            {open ? 'Open now' : 'Opening next'}
          </Badge>
        </div>
        <h1 className="display text-[clamp(2.5rem,6vw,4.75rem)]">{sale.title}</h1>
        <p className="max-w-prose text-lg text-muted">{sale.description}</p>
        {alone ? (
          <>
            <Price {...alone} size="large" />
            {open && <StockMeter slug={sale.slug} item={alone} />}
          </>
        ) : (
          <SaleLineup items={sale.items} />
        )}
        <div className="flex flex-wrap items-center gap-x-8 gap-y-4">
          <ButtonLink
            href={`/sales/${sale.slug}` as Route}
            prefetch
            size="large"
            className="w-full sm:w-auto"
          >
            {open ? 'Shop the sale' : 'See the sale'}
          </ButtonLink>
          <Countdown slug={sale.slug} opensAt={sale.opensAt} closesAt={sale.closesAt} />
        </div>
      </div>
    </section>
  )
}
