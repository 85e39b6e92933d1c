'use client'

import type { Route } from 'next'
import Link from 'next/link'
import type { Sale } from '@/lib/contract'
import { Ticking } from './countdown'
import { ProductImage } from './product-image'
import type { Moment } from './sale-phase'
import { ShopTime } from './sale-time'
import { Badge } from './ui/badge'
import { Price } from './ui/price'

/** One sale on a shelf; the whole card is its link. `wide` lays it out for a shelf of its own. */
export function SaleCard({ sale, moment, wide = false }: { sale: Sale; moment: Moment; wide?: boolean }) {
  const item = sale.items[0]
  const units = sale.items.reduce((sum, one) => sum + one.allocation, 0)
  const ended = moment === 'ended'
  return (
    <article
      className={`group relative grid h-full overflow-hidden rounded-3xl border border-line bg-card ${wide ? 'sm:grid-cols-2' : 'grid-rows-[auto_1fr]'}`}
    >
      <div className="overflow-hidden">
        {item && (
          <ProductImage
            src={item.image}
            alt={item.imageAlt}
            className={`aspect-4/3 w-full transition-transform duration-300 group-hover:scale-103 ${ended ? 'grayscale-70' : ''}`}
          />
        )}
      </div>
      <div className={`grid gap-3 p-5 ${wide ? 'content-center sm:p-10' : 'content-start'}`}>
        <div className="flex flex-wrap gap-2">
          <Badge tone={moment === 'open' ? 'go' : 'plain'} live={moment === 'open'}>
            {moment === 'open' ? 'Open now' : ended ? 'Ended' : 'Upcoming'}
          </Badge>
        </div>
        <h3 className="font-bold text-2xl tracking-tight">
          <Link
            href={`/sales/${sale.slug}` as Route}
            className="after:absolute after:inset-0 after:rounded-3xl"
          >
            {sale.title}
          </Link>
        </h3>
        {item && !ended && (
          <Price priceMinor={item.priceMinor} listPriceMinor={item.listPriceMinor} currency={item.currency} />
        )}
        <p className="figures text-muted text-sm">
          {units} numbered units · {moment === 'upcoming' ? 'opens ' : moment === 'open' ? 'ends ' : 'ended '}
          <ShopTime at={moment === 'upcoming' ? sale.opensAt : sale.closesAt} />
        </p>
        {!ended && (
          <p className="min-h-7">
            <Ticking
              until={moment === 'upcoming' ? sale.opensAt : sale.closesAt}
              className="font-extrabold text-xl tracking-tight"
            />
          </p>
        )}
      </div>
    </article>
  )
}
