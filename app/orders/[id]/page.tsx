import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { findPosted } from '@/app/posted'
import { OrderView } from '@/components/order-view'
import { env } from '@/lib/env'
import { idPatterns } from '@/lib/patterns'
import { findSale } from '@/lib/web/catalog'
import { findMyOrder } from '@/lib/web/my'
import { cancelOrderAction, confirmPaymentAction, payAction } from './actions'

export const metadata: Metadata = { title: 'Your order', robots: { index: false }, referrer: 'same-origin' }
/** Waits for the order instead of streaming it in: streamed parts would need JavaScript to appear. */
export const instant = false

export default async function OrderPage({ params, searchParams }: PageProps<'/orders/[id]'>) {
  const [{ id }, { t }] = await Promise.all([params, searchParams])
  if (!idPatterns.order.test(id)) notFound()
  const order = await findMyOrder(id, typeof t === 'string' ? t : undefined)
  if (!order) notFound()
  const posted = await findPosted('pay', 'confirm', 'cancel')
  const sale = await findSale(order.saleSlug)
  const allocations = Object.fromEntries(sale?.items.map((item) => [item.id, item.allocation]) ?? [])
  return (
    <div className="shell pt-8 sm:pt-14">
      <OrderView
        order={order}
        allocations={allocations}
        posted={posted?.answer ?? null}
        sandbox={env().PAYMENT_PROVIDER === 'sandbox'}
        payAction={payAction}
        confirmAction={confirmPaymentAction}
        cancelAction={cancelOrderAction}
      />
    </div>
  )
}
