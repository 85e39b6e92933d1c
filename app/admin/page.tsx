import type { Metadata, Route } from 'next'
import Link from 'next/link'
import { AdminFrame } from '@/components/admin/frame'
import { SalePhase } from '@/components/admin/sale-phase'
import { TurnedAway } from '@/components/admin/turned-away'
import { SaleTime } from '@/components/sale-time'
import { ButtonLink } from '@/components/ui/button'
import { formatMoney } from '@/lib/money'
import { context } from '@/lib/open-context'
import { may } from '@/lib/permissions'
import { listSaleOverviews } from '@/lib/sales/overview'
import { admit } from '@/lib/web/admin'

export const metadata: Metadata = { title: 'Sales' }
/** Waits for the account instead of streaming it in. */
export const instant = false

export default async function SalesPage() {
  const account = await admit('sales.read')
  if (!account.ok) return <TurnedAway refused={account} />
  const sales = await listSaleOverviews(context())
  return (
    <AdminFrame account={account.value} title="Sales">
      {may(account.value.role, 'sales.edit') && (
        <p>
          <ButtonLink href={'/admin/sales/new' as Route}>New sale</ButtonLink>
        </p>
      )}
      <div className="overflow-x-auto rounded-2xl border border-line bg-card">
        <table className="w-full border-collapse text-sm">
          <thead className="text-start text-muted">
            <tr className="border-line border-b">
              <th className="px-4 py-3 text-start font-semibold">Sale</th>
              <th className="px-4 py-3 text-start font-semibold">State</th>
              <th className="px-4 py-3 text-start font-semibold">Opens</th>
              <th className="px-4 py-3 text-start font-semibold">Closes</th>
              <th className="px-4 py-3 text-end font-semibold">Sold</th>
              <th className="px-4 py-3 text-end font-semibold">Revenue</th>
            </tr>
          </thead>
          <tbody>
            {sales.map((sale) => (
              <tr key={sale.id} className="border-line border-b last:border-0 hover:bg-sunk">
                <th scope="row" className="px-4 py-3 text-start">
                  <Link
                    href={`/admin/sales/${sale.id}` as Route}
                    prefetch={false}
                    className="font-semibold underline underline-offset-4"
                  >
                    {sale.title}
                  </Link>
                  <span className="block font-normal text-muted">{sale.slug}</span>
                </th>
                <td className="px-4 py-3">
                  <SalePhase phase={sale.phase} />
                </td>
                <td className="px-4 py-3">
                  <SaleTime at={sale.opensAt.toISOString()} lines />
                </td>
                <td className="px-4 py-3">
                  <SaleTime at={sale.closesAt.toISOString()} lines />
                </td>
                <td className="figures px-4 py-3 text-end">
                  {sale.sold} of {sale.allocation}
                </td>
                <td className="figures px-4 py-3 text-end">
                  {formatMoney({ minor: sale.revenueMinor, currency: sale.currency })}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        {sales.length === 0 && <p className="p-6 text-muted">There are no sales yet.</p>}
      </div>
    </AdminFrame>
  )
}
