'use client'

import type { Route } from 'next'
import Link from 'next/link'
import type { Sale } from '@/lib/contract'
import { Ticking } from './countdown'
import { SaleBadge } from './sale-badge'
import { type Moment, useShelves } from './sale-phase'
import { ShopTime } from './sale-time'
import { StockMeter } from './stock-meter'
import { ButtonLink } from './ui/button'
import { Card } from './ui/card'
import { Price } from './ui/price'

/** The sales that offer a product, open ones first, each with its price and what is left of it. */
export function ProductOffers({ handle, sales, madeAt }: { handle: string; sales: Sale[]; madeAt: string }) {
  const { open, upcoming, ended } = useShelves(sales, madeAt)
  return (
    <section aria-labelledby="offers" className="grid gap-4">
      <h2 id="offers" className="font-bold text-2xl tracking-tight">
        Where to get it
      </h2>
      {open.length + upcoming.length === 0 && (
        <p className="text-muted">
          No sale offers it at the moment.{' '}
          <Link href="/sales" prefetch={false} className="text-ink underline underline-offset-4">
            See all sales
          </Link>
        </p>
      )}
      {open.map((sale) => (
        <Offer key={sale.id} handle={handle} sale={sale} moment="open" />
      ))}
      {upcoming.map((sale) => (
        <Offer key={sale.id} handle={handle} sale={sale} moment="upcoming" />
      ))}
      {ended.map((sale) => (
        <Offer key={sale.id} handle={handle} sale={sale} moment="ended" />
      ))}
    </section>
  )
}

function Offer({ handle, sale, moment }: { handle: string; sale: Sale; moment: Moment }) {
  const items = sale.items.filter((item) => item.handle === handle)
  const until = moment === 'upcoming' ? sale.opensAt : sale.closesAt
  const page = `/sales/${sale.slug}` as Route
  return (
    <Card className="grid gap-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h3 className="font-bold text-xl tracking-tight">
          <Link href={page} prefetch={false} className="underline-offset-4 hover:underline">
            {sale.title}
          </Link>
        </h3>
        <SaleBadge sale={sale} moment={moment} />
      </div>
      {moment !== 'ended' &&
        items.map((item) => (
          <div key={item.id} className="grid gap-2">
            {items.length > 1 && <p className="text-muted">{item.variant}</p>}
            <Price {...item} />
            <StockMeter slug={sale.slug} item={item} />
          </div>
        ))}
      <p className="figures flex min-h-7 flex-wrap items-baseline gap-x-3 text-muted text-sm">
        <span>
          {{ upcoming: 'Opens ', open: 'Ends ', ended: 'Ended ' }[moment]}
          <ShopTime at={until} />
        </span>
        {moment !== 'ended' && (
          <Ticking until={until} className="font-extrabold text-ink text-lg tracking-tight" />
        )}
      </p>
      {moment !== 'ended' && (
        <ButtonLink href={page} prefetch>
          {moment === 'open' ? 'Shop the sale' : 'See the sale'}
        </ButtonLink>
      )}
    </Card>
  )
}
