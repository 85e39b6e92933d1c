import type { Metadata, Route } from 'next'
import Link from 'next/link'
import { AdminFrame } from '@/components/admin/frame'
import { OrderStateBadge, orderStateLabel } from '@/components/admin/order-state'
import { TurnedAway } from '@/components/admin/turned-away'
import { ShopTime } from '@/components/sale-time'
import { Button, ButtonLink } from '@/components/ui/button'
import { Field, SelectField } from '@/components/ui/field'
import { formatMoney } from '@/lib/money'
import { context } from '@/lib/open-context'
import { type ListedOrder, listOrders, orderStates } from '@/lib/orders/list'
import { may } from '@/lib/permissions'
import { listSaleTitles } from '@/lib/sales/overview'
import { admit } from '@/lib/web/admin'
import { type OrdersQuery, readOrdersQuery, writeOrdersQuery } from './query'

export const metadata: Metadata = { title: 'Orders' }
export const instant = false

export default async function OrdersPage({ searchParams }: PageProps<'/admin/orders'>) {
  const account = await admit('orders.read')
  if (!account.ok) return <TurnedAway refused={account} />
  const query = readOrdersQuery(await searchParams)
  const { sort, ...filter } = query
  const [{ orders, more }, sales] = await Promise.all([
    listOrders(context(), { ...filter, oldestFirst: sort === 'oldest' }),
    listSaleTitles(context()),
  ])
  const { after: _, ...first } = query
  return (
    <AdminFrame account={account.value} title="Orders">
      <Filter query={query} sales={sales} />
      {may(account.value.role, 'orders.export') && orders.length > 0 && (
        <p>
          <a
            href={`/admin/orders/csv${writeOrdersQuery(first)}`}
            download
            className="font-semibold underline underline-offset-4"
          >
            Download as CSV
          </a>
        </p>
      )}
      {orders.length === 0 ? (
        <p className="text-muted">No order is like that.</p>
      ) : (
        <OrdersTable orders={orders} />
      )}
      <p className="flex gap-3">
        {query.after !== undefined && (
          <ButtonLink href={`/admin/orders${writeOrdersQuery(first)}` as Route} look="quiet" size="small">
            Back to the first
          </ButtonLink>
        )}
        {more && (
          <ButtonLink
            href={`/admin/orders${writeOrdersQuery({ ...query, after: orders.at(-1)?.number })}` as Route}
            look="quiet"
            size="small"
          >
            {sort === 'oldest' ? 'Newer' : 'Older'}
          </ButtonLink>
        )}
      </p>
    </AdminFrame>
  )
}

function Filter({ query, sales }: { query: OrdersQuery; sales: { id: string; title: string }[] }) {
  return (
    <form className="grid items-end gap-3 sm:grid-cols-2 lg:grid-cols-[2fr_1fr_1fr_1fr_auto]">
      <Field
        label="Number, name, e-mail or address"
        name="search"
        type="search"
        defaultValue={query.search}
        maxLength={200}
      />
      <SelectField label="State" name="state" defaultValue={query.state ?? ''}>
        <option value="">any</option>
        {orderStates.map((state) => (
          <option key={state} value={state}>
            {orderStateLabel(state)}
          </option>
        ))}
      </SelectField>
      <SelectField label="Sale" name="saleId" defaultValue={query.saleId ?? ''}>
        <option value="">any</option>
        {sales.map(({ id, title }) => (
          <option key={id} value={id}>
            {title}
          </option>
        ))}
      </SelectField>
      <SelectField label="Sort" name="sort" defaultValue={query.sort ?? 'newest'}>
        <option value="newest">newest first</option>
        <option value="oldest">oldest first</option>
      </SelectField>
      <Button look="quiet">Show</Button>
    </form>
  )
}

function OrdersTable({ orders }: { orders: ListedOrder[] }) {
  return (
    <div className="overflow-x-auto rounded-2xl border border-line bg-card">
      <table className="w-full border-collapse text-sm">
        <thead className="text-muted">
          <tr className="border-line border-b">
            <th className="px-4 py-3 text-start font-semibold">Order</th>
            <th className="px-4 py-3 text-start font-semibold">State</th>
            <th className="px-4 py-3 text-start font-semibold">Placed</th>
            <th className="px-4 py-3 text-start font-semibold">Buyer</th>
            <th className="px-4 py-3 text-start font-semibold">Sale</th>
            <th className="px-4 py-3 text-end font-semibold">Total</th>
          </tr>
        </thead>
        <tbody>
          {orders.map((order) => (
            <tr key={order.id} className="border-line border-b last:border-0 hover:bg-sunk">
              <th scope="row" className="px-4 py-1 text-start">
                <Link
                  href={`/admin/orders/${order.id}` as Route}
                  prefetch={false}
                  className="figures inline-flex min-h-11 items-center font-semibold underline underline-offset-4"
                >
                  {order.number}
                </Link>
              </th>
              <td className="px-4 py-1">
                <OrderStateBadge state={order.state} />
              </td>
              <td className="whitespace-nowrap px-4 py-1">
                <ShopTime at={order.placedAt.toISOString()} />
              </td>
              <td className="px-4 py-1">{order.email}</td>
              <td className="px-4 py-1">{order.saleTitle}</td>
              <td className="figures px-4 py-1 text-end">
                {formatMoney({ minor: order.totalMinor, currency: order.currency })}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
