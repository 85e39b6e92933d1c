import type { Metadata, Route } from 'next'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import { discardAction, publishAction } from '@/app/admin/actions'
import { AuditTable } from '@/components/admin/audit-table'
import { DraftControls } from '@/components/admin/draft-controls'
import { AdminFrame } from '@/components/admin/frame'
import { ItemsTable } from '@/components/admin/items-table'
import { SalePhase } from '@/components/admin/sale-phase'
import { TurnedAway } from '@/components/admin/turned-away'
import { SaleTime } from '@/components/sale-time'
import { ButtonLink } from '@/components/ui/button'
import { Notice } from '@/components/ui/notice'
import { listAudit } from '@/lib/audit/list'
import { formatMoney } from '@/lib/money'
import { context } from '@/lib/open-context'
import { idPatterns } from '@/lib/patterns'
import { may } from '@/lib/permissions'
import { listOverlaps, listSaleItems } from '@/lib/sales/offers'
import { findSaleOverview, type SaleOverview } from '@/lib/sales/overview'
import { admit } from '@/lib/web/admin'

export const metadata: Metadata = { title: 'Sale' }
export const instant = false

export default async function SalePage({ params }: PageProps<'/admin/sales/[id]'>) {
  const account = await admit('sales.read')
  if (!account.ok) return <TurnedAway refused={account} />
  const { id } = await params
  const ctx = context()
  const sale = idPatterns.sale.test(id) ? await findSaleOverview(ctx, id) : null
  if (!sale) notFound()
  const [{ entries }, items, overlaps] = await Promise.all([
    listAudit(ctx, { subject: id }),
    listSaleItems(ctx, id),
    listOverlaps(ctx, id),
  ])
  const { role } = account.value
  return (
    <AdminFrame account={account.value} title={sale.title}>
      <p className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <SalePhase phase={sale.phase} />
        <span>
          <SaleTime at={sale.opensAt.toISOString()} /> to <SaleTime at={sale.closesAt.toISOString()} />
        </span>
        {sale.phase !== 'draft' && (
          <Link
            href={`/sales/${sale.slug}` as Route}
            prefetch={false}
            className="underline underline-offset-4"
          >
            See it as a shopper
          </Link>
        )}
      </p>
      {sale.phase !== 'draft' && (
        <p>
          <ButtonLink href={`/admin/sales/${sale.id}/live` as Route}>Watch it live</ButtonLink>
        </p>
      )}
      {overlaps.length > 0 && (
        <Notice
          tone="info"
          sentence="Other sales offer the same goods while this one runs. Each has units of its own."
          next={overlaps.map(({ variant, title }) => `${variant}: ${title}.`).join(' ')}
        />
      )}
      {sale.phase !== 'draft' && <Figures sale={sale} />}
      {sale.phase === 'draft' && may(role, 'sales.edit') && (
        <DraftControls saleId={sale.id} publishAction={publishAction} discardAction={discardAction} />
      )}
      <section className="grid gap-3">
        <h2 className="font-bold text-lg">Items</h2>
        <ItemsTable items={items} currency={sale.currency} />
      </section>
      {may(role, 'audit.read') && (
        <section className="grid gap-3">
          <h2 className="font-bold text-lg">What was changed</h2>
          <AuditTable entries={entries} />
        </section>
      )}
    </AdminFrame>
  )
}

function Figures({ sale }: { sale: SaleOverview }) {
  const figures = [
    ['Sold', `${sale.sold} of ${sale.allocation}`],
    ['Waiting for payment', `${sale.unpaid}`],
    ['Revenue', formatMoney({ minor: sale.revenueMinor, currency: sale.currency })],
  ]
  return (
    <dl className="grid gap-3 sm:grid-cols-3">
      {figures.map(([name, value]) => (
        <div key={name} className="rounded-2xl border border-line bg-card p-4">
          <dt className="text-muted text-sm">{name}</dt>
          <dd className="figures font-bold text-2xl">{value}</dd>
        </div>
      ))}
    </dl>
  )
}
