import { randomUUID } from 'node:crypto'
import type { Metadata } from 'next'
import { connection } from 'next/server'
import { extendAction } from '@/app/cart/actions'
import { findPosted } from '@/app/posted'
import { CheckoutForm } from '@/components/checkout-form'
import { CheckoutSummary } from '@/components/checkout-summary'
import { Card } from '@/components/ui/card'
import type { Order } from '@/lib/contract'
import { slugPattern } from '@/lib/patterns'
import { findMyCarts } from '@/lib/web/my'
import { orderAction } from './actions'

export const metadata: Metadata = { title: 'Check out', robots: { index: false } }
/** Waits for the cart instead of streaming it in: streamed parts would need JavaScript to appear. */
export const instant = false

export default async function CheckoutPage({ searchParams }: PageProps<'/checkout'>) {
  // The key of the order is made for this request, never while a page is prepared in advance.
  await connection()
  const { sale: wanted } = await searchParams
  const [carts, posted] = await Promise.all([findMyCarts(), findPosted<Order>('order')])
  const found =
    carts.find(({ sale }) => sale.slug === wanted) ?? (wanted === undefined ? carts[0] : undefined)
  const slug = found?.sale.slug ?? (typeof wanted === 'string' && slugPattern.test(wanted) ? wanted : '')
  return (
    <div className="shell grid gap-8 pt-8 sm:pt-12">
      <h1 className="display text-4xl sm:text-6xl">Check out</h1>
      <div className="grid items-start gap-6 lg:grid-cols-[1.4fr_1fr]">
        <Card>
          <CheckoutForm
            slug={slug}
            sale={found?.sale ?? null}
            cart={found?.cart ?? null}
            posted={posted}
            idempotencyKey={randomUUID()}
            orderAction={orderAction}
            extendAction={extendAction}
          />
        </Card>
        {found && <CheckoutSummary sale={found.sale} cart={found.cart} />}
      </div>
    </div>
  )
}
