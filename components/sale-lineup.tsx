import type { SaleItem } from '@/lib/contract'
import { ProductImage } from './product-image'
import { Price } from './ui/price'

/** More than this would push the way into the sale off the screen. */
const most = 4

/** What a sale of several items offers, small: picture, name and price of each. */
export function SaleLineup({ items }: { items: readonly SaleItem[] }) {
  const more = items.length - most
  return (
    <div className="grid gap-3">
      <ul className="grid grid-cols-2 gap-3">
        {items.slice(0, most).map((item) => (
          <li key={item.id} className="flex items-center gap-2.5">
            {/* The name stands beside it. */}
            <ProductImage
              src={item.image}
              alt=""
              className="size-12 shrink-0 rounded-xl sm:size-16 sm:rounded-2xl"
            />
            <div>
              <p className="font-semibold leading-tight">{item.title}</p>
              <Price priceMinor={item.priceMinor} currency={item.currency} size="small" />
            </div>
          </li>
        ))}
      </ul>
      {more > 0 && <p className="text-muted text-sm">and {more} more</p>}
    </div>
  )
}
