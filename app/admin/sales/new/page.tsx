import type { Metadata } from 'next'
import { createSaleAction } from '@/app/admin/actions'
import { AdminFrame } from '@/components/admin/frame'
import { SaleForm } from '@/components/admin/sale-form'
import { TurnedAway } from '@/components/admin/turned-away'
import { config } from '@/lib/config'
import { context } from '@/lib/open-context'
import { listVariants } from '@/lib/sales/offers'
import { admit } from '@/lib/web/admin'
import { wallClock } from '@/lib/zone'

export const metadata: Metadata = { title: 'New sale' }
export const instant = false

const hourMs = 3_600_000

/** The next whole hour that leaves a day to get ready, and a day after it. */
function usualTimes(now: number) {
  const opens = Math.ceil(now / hourMs) * hourMs + 24 * hourMs
  const show = (at: number) => wallClock(config.shop.timeZone, new Date(at))
  return { opensAt: show(opens), closesAt: show(opens + 24 * hourMs) }
}

export default async function NewSalePage() {
  const account = await admit('sales.edit')
  if (!account.ok) return <TurnedAway refused={account} />
  const variants = await listVariants(context())
  return (
    <AdminFrame account={account.value} title="New sale">
      <SaleForm
        variants={variants.map(({ id, product, title }) => ({ id, label: `${product}, ${title}` }))}
        {...usualTimes(Date.now())}
        action={createSaleAction}
      />
    </AdminFrame>
  )
}
