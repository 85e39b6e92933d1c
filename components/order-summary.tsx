import type { ReactNode } from 'react'
import type { Order } from '@/lib/contract'
import { formatMoney } from '@/lib/money'
import { CartTotal } from './cart-total'
import { Card } from './ui/card'

/** What an order contains and costs, at the prices of the moment it was made. */
export function OrderSummary({ order, children }: { order: Order; children?: ReactNode }) {
  const { lines, currency, totalMinor } = order
  return (
    <Card className="grid gap-5">
      <h2 className="font-bold text-xl tracking-tight">{order.saleTitle}</h2>
      <ul className="grid gap-3">
        {lines.map((line) => (
          <li key={line.itemId} className="figures flex items-baseline justify-between gap-4">
            <span>
              {line.quantity} × {line.title}
              {line.variant && <span className="text-muted"> · {line.variant}</span>}
            </span>
            <span className="font-semibold">
              {formatMoney({ minor: line.priceMinor * line.quantity, currency })}
            </span>
          </li>
        ))}
      </ul>
      <hr className="border-line" />
      <CartTotal totalMinor={totalMinor} currency={currency} />
      {children}
    </Card>
  )
}
