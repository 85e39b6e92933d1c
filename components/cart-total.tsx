import { formatMoney } from '@/lib/money'

/** What is to be paid, as the server added it up. */
export function CartTotal({ totalMinor, currency }: { totalMinor: number; currency: string }) {
  return (
    <p className="figures flex items-baseline justify-between gap-4">
      <span className="font-semibold">
        Total <span className="font-normal text-muted text-sm">with VAT</span>
      </span>
      <span className="font-extrabold text-2xl tracking-tight">
        {formatMoney({ minor: totalMinor, currency })}
      </span>
    </p>
  )
}
