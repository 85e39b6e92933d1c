import { formatMoney } from '@/lib/money'

type Item = {
  id: string
  product: string
  variant: string
  priceMinor: number
  listPriceMinor: number | null
  allocation: number
  limitPerBuyer: number
}

/** What a sale offers. */
export function ItemsTable({ items, currency }: { items: Item[]; currency: string }) {
  const money = (minor: number | null) => (minor === null ? '–' : formatMoney({ minor, currency }))
  return (
    <div className="overflow-x-auto rounded-2xl border border-line bg-card">
      <table className="w-full border-collapse text-sm">
        <thead className="text-muted">
          <tr className="border-line border-b">
            <th className="px-4 py-3 text-start font-semibold">Item</th>
            <th className="px-4 py-3 text-end font-semibold">Price</th>
            <th className="px-4 py-3 text-end font-semibold">List price</th>
            <th className="px-4 py-3 text-end font-semibold">Units</th>
            <th className="px-4 py-3 text-end font-semibold">Limit</th>
          </tr>
        </thead>
        <tbody className="figures">
          {items.map((item) => (
            <tr key={item.id} className="border-line border-b last:border-0">
              <th scope="row" className="px-4 py-3 text-start font-normal">
                {item.product}, {item.variant}
              </th>
              <td className="px-4 py-3 text-end">{money(item.priceMinor)}</td>
              <td className="px-4 py-3 text-end">{money(item.listPriceMinor)}</td>
              <td className="px-4 py-3 text-end">{item.allocation}</td>
              <td className="px-4 py-3 text-end">{item.limitPerBuyer}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
