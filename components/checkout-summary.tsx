import type { Cart, Sale } from '@/lib/contract'
import { formatMoney } from '@/lib/money'
import { CartTotal } from './cart-total'
import { HeldUnits } from './held-units'
import { ProductImage } from './product-image'
import { Card } from './ui/card'

/** What is being ordered, with its numbers, beside the checkout form. */
export function CheckoutSummary({ sale, cart }: { sale: Sale; cart: Cart }) {
  return (
    <Card className="grid gap-5">
      <h2 className="font-bold text-xl tracking-tight">{sale.title}</h2>
      <ul className="grid gap-4">
        {cart.lines.map((line) => {
          const item = sale.items.find((one) => one.id === line.itemId)
          if (!item) return null
          return (
            <li key={line.itemId} className="grid grid-cols-[5rem_1fr] gap-4">
              <ProductImage
                src={item.image}
                alt={item.imageAlt}
                className="aspect-square w-full rounded-2xl"
              />
              <div className="grid content-start gap-2">
                <p className="figures flex flex-wrap justify-between gap-x-4 font-semibold">
                  <span>
                    {line.quantity} × {item.title}
                  </span>
                  <span>
                    {formatMoney({ minor: line.priceMinor * line.quantity, currency: cart.currency })}
                  </span>
                </p>
                <HeldUnits units={line.units} />
              </div>
            </li>
          )
        })}
      </ul>
      <hr className="border-line" />
      <CartTotal totalMinor={cart.totalMinor} currency={cart.currency} />
    </Card>
  )
}
