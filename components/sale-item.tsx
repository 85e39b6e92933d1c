import { Hash, ShieldCheck, Timer } from 'lucide-react'
import type { Route } from 'next'
import Link from 'next/link'
import type { Cart, Sale, SaleItem } from '@/lib/contract'
import type { FormAction } from './action'
import { BuyBox } from './buy-box'
import { ProductImage } from './product-image'
import { StockMeter } from './stock-meter'
import { formatMinutes } from './time'
import { Price } from './ui/price'

type Props = {
  sale: Sale
  item: SaleItem
  /** The first one: its picture is read before everything else, and the promises that hold for all stand beside it. */
  first: boolean
  reserveAction: FormAction<Cart>
  extendAction: FormAction<Cart>
}

/** One item of a sale: its picture, its price, how many are left, and the box that claims units of it. */
export function SaleItemSection({ sale, item, first, reserveAction, extendAction }: Props) {
  return (
    <section
      aria-label={item.title}
      className="grid items-start gap-4 sm:gap-6 lg:grid-cols-[1.15fr_1fr] lg:gap-14"
    >
      <div className="relative lg:sticky lg:top-6">
        <ProductImage
          src={item.image}
          alt={item.imageAlt}
          eager={first}
          className="aspect-4/3 w-full rounded-3xl sm:rounded-[2rem] lg:aspect-square lg:max-h-[80dvh]"
        />
        <p className="figures absolute inset-s-4 bottom-4 -rotate-3 rounded-xl border-2 border-stamp bg-tag px-4 py-2 font-extrabold text-stamp tracking-tight sm:text-xl">
          No. 1 to {item.allocation}
        </p>
      </div>
      <div className="grid gap-4 sm:gap-6">
        <div className="grid gap-0.5 sm:gap-2">
          <h2 className="font-bold text-2xl tracking-tight sm:text-3xl">
            <Link
              href={`/products/${item.handle}` as Route}
              prefetch={false}
              className="decoration-edge decoration-2 underline-offset-4 hover:underline"
            >
              {item.title}
            </Link>
          </h2>
          {item.variant && <p className="text-muted">{item.variant}</p>}
        </div>
        <Price
          priceMinor={item.priceMinor}
          listPriceMinor={item.listPriceMinor}
          currency={item.currency}
          size="large"
        />
        <StockMeter slug={sale.slug} item={item} />
        <BuyBox
          sale={{ slug: sale.slug, opensAt: sale.opensAt, holdSeconds: sale.holdSeconds, room: sale.room }}
          item={{ id: item.id, allocation: item.allocation, limit: item.limit }}
          reserveAction={reserveAction}
          extendAction={extendAction}
        />
        {first && <Assurances holdSeconds={sale.holdSeconds} />}
        {item.description && <p className="max-w-prose whitespace-pre-line">{item.description}</p>}
      </div>
    </section>
  )
}

/** What the shop promises about every unit, beside the button where it matters. */
function Assurances({ holdSeconds }: { holdSeconds: number }) {
  const promises = [
    { icon: Hash, text: 'You get a number of your own, and it is on your order' },
    { icon: Timer, text: `Held for ${formatMinutes(holdSeconds)}, by the server’s clock` },
    { icon: ShieldCheck, text: 'Charged only once it is yours' },
  ]
  return (
    <ul className="grid gap-2.5 border-line border-y py-5 text-sm">
      {promises.map(({ icon: Icon, text }) => (
        <li key={text} className="flex items-center gap-3">
          <Icon aria-hidden="true" className="size-5 shrink-0" />
          {text}
        </li>
      ))}
    </ul>
  )
}
