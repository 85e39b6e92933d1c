import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { cancelUnpaidAction } from '@/app/admin/actions'
import { AdminFrame } from '@/components/admin/frame'
import { OrderStateBadge } from '@/components/admin/order-state'
import { ReasonForm } from '@/components/admin/reason-form'
import { TurnedAway } from '@/components/admin/turned-away'
import { ShopTime } from '@/components/sale-time'
import { listAudit } from '@/lib/audit/list'
import type { Checkout } from '@/lib/contract'
import { formatMoney } from '@/lib/money'
import { context } from '@/lib/open-context'
import { findOrder } from '@/lib/orders/read'
import { idPatterns } from '@/lib/patterns'
import { listPayments } from '@/lib/payments/list'
import { timelineOf } from '@/lib/payments/timeline'
import { may } from '@/lib/permissions'
import { admit } from '@/lib/web/admin'

export const metadata: Metadata = { title: 'Order' }
export const instant = false

export default async function OrderPage({ params }: PageProps<'/admin/orders/[id]'>) {
  const account = await admit('orders.read')
  if (!account.ok) return <TurnedAway refused={account} />
  const { id } = await params
  const ctx = context()
  const found = idPatterns.order.test(id) ? await findOrder(ctx, id) : null
  if (!found) notFound()
  const { row, order } = found
  const { role } = account.value
  // Who of the team did something, and why, is for those who may read the audit log.
  const [payments, { entries }] = await Promise.all([
    listPayments(ctx, id),
    may(role, 'audit.read') ? listAudit(ctx, { subject: id }) : { entries: [] },
  ])
  const details = JSON.parse(row.details) as Checkout
  const money = (minor: number) => formatMoney({ minor, currency: row.currency })
  const timeline = timelineOf(row, payments, entries)
  return (
    <AdminFrame account={account.value} title={`Order ${row.number}`}>
      <p className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <OrderStateBadge state={row.state} />
        <span>{order.saleTitle}</span>
        <span className="figures font-semibold">{money(row.totalMinor)}</span>
      </p>
      <div className="grid items-start gap-6 md:grid-cols-2">
        <section className="grid gap-3 rounded-2xl border border-line bg-card p-4">
          <h2 className="font-bold text-lg">Items</h2>
          <ul className="grid gap-2 text-sm">
            {order.lines.map((line) => (
              <li key={line.itemId} className="flex flex-wrap justify-between gap-x-4">
                <span>
                  {line.quantity} × {line.title}, {line.variant}
                  {line.units.length > 0 && (
                    <span className="block text-muted">Units {line.units.join(', ')}</span>
                  )}
                </span>
                <span className="figures">{money(line.quantity * line.priceMinor)}</span>
              </li>
            ))}
          </ul>
        </section>
        <section className="grid gap-3 rounded-2xl border border-line bg-card p-4">
          <h2 className="font-bold text-lg">Buyer</h2>
          <address className="text-sm not-italic">
            {[
              details.name,
              details.line1,
              details.line2,
              `${details.postalCode} ${details.city}`,
              [details.region, details.country].filter(Boolean).join(', '),
              details.phone,
            ]
              .filter(Boolean)
              .map((line) => (
                <span key={line} className="block">
                  {line}
                </span>
              ))}
            <a href={`mailto:${row.email}`} className="underline underline-offset-4">
              {row.email}
            </a>
          </address>
        </section>
      </div>
      <section className="grid gap-3">
        <h2 className="font-bold text-lg">What happened</h2>
        <ol className="grid gap-3 rounded-2xl border border-line bg-card p-4 text-sm">
          {timeline.map(({ at, what, why }) => (
            <li key={`${at.toISOString()} ${what}`} className="grid gap-x-4 sm:grid-cols-[14rem_1fr]">
              <span className="text-muted">
                <ShopTime at={at.toISOString()} />
              </span>
              <span>
                {what}
                {why && <span className="block text-muted">{why}</span>}
              </span>
            </li>
          ))}
        </ol>
      </section>
      {row.state === 'awaiting_payment' && may(role, 'orders.change') && (
        <ReasonForm
          action={cancelUnpaidAction}
          fields={{ orderId: row.id }}
          label="Cancel this order"
          says="Nothing has been charged. The units are for others at once, and the buyer sees that the order was cancelled."
          done="The order is cancelled."
          look="quiet"
        />
      )}
    </AdminFrame>
  )
}
