import type { Metadata, Route } from 'next'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import { closeAction, pauseAction, resumeAction } from '@/app/admin/actions'
import { Cockpit } from '@/components/admin/cockpit'
import { AdminFrame } from '@/components/admin/frame'
import { SaleControls } from '@/components/admin/sale-controls'
import { TurnedAway } from '@/components/admin/turned-away'
import { context } from '@/lib/open-context'
import { idPatterns } from '@/lib/patterns'
import { may } from '@/lib/permissions'
import { listSaleItems } from '@/lib/sales/offers'
import { findSaleOverview } from '@/lib/sales/overview'
import { admit } from '@/lib/web/admin'

export const metadata: Metadata = { title: 'Live' }
export const instant = false

export default async function LivePage({ params }: PageProps<'/admin/sales/[id]/live'>) {
  const account = await admit('sales.read')
  if (!account.ok) return <TurnedAway refused={account} />
  const { id } = await params
  const ctx = context()
  const sale = idPatterns.sale.test(id) ? await findSaleOverview(ctx, id) : null
  if (!sale || sale.phase === 'draft') notFound()
  const items = await listSaleItems(ctx, id)
  return (
    <AdminFrame account={account.value} title={`${sale.title}, live`}>
      <p>
        <Link href={`/admin/sales/${id}` as Route} prefetch={false} className="underline underline-offset-4">
          Back to the sale
        </Link>
      </p>
      <Cockpit
        slug={sale.slug}
        currency={sale.currency}
        prices={Object.fromEntries(items.map((item) => [item.id, item.priceMinor]))}
        allocation={sale.allocation}
      />
      {sale.phase !== 'closed' && may(account.value.role, 'sales.control') && (
        <SaleControls
          saleId={sale.id}
          paused={sale.phase === 'paused'}
          closesAt={sale.closesAt.toISOString()}
          pauseAction={pauseAction}
          resumeAction={resumeAction}
          closeAction={closeAction}
        />
      )}
    </AdminFrame>
  )
}
