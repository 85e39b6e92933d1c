import { formatMoney } from '@/lib/money'

type Props = {
  priceMinor: number
  listPriceMinor?: number | null
  currency: string
  size?: keyof typeof sizes
}

const sizes = {
  small: '',
  normal: 'font-bold text-xl tracking-tight',
  large: 'display text-4xl sm:text-5xl',
} as const

/** Whole percent off, rounded down so that the shop never promises more than it gives; null without a reduction. */
function percentOff(priceMinor: number, listPriceMinor: number | null | undefined): number | null {
  if (!listPriceMinor || listPriceMinor <= priceMinor) return null
  const percent = Math.floor((1 - priceMinor / listPriceMinor) * 100)
  return percent > 0 ? percent : null
}

/** A price, with the price outside the sale and the percentage off where there is one. */
export function Price({ priceMinor, listPriceMinor = null, currency, size = 'normal' }: Props) {
  const percent = percentOff(priceMinor, listPriceMinor)
  return (
    <p className="figures flex flex-wrap items-center gap-x-3 gap-y-1">
      <span className={sizes[size]}>{formatMoney({ minor: priceMinor, currency })}</span>
      {percent !== null && listPriceMinor !== null && (
        <>
          <span className="text-muted">
            <span className="sr-only">instead of </span>
            <s>{formatMoney({ minor: listPriceMinor, currency })}</s>
          </span>
          <span className="rounded-md bg-ink px-2 py-0.5 font-bold text-paper text-sm">−{percent}%</span>
        </>
      )}
    </p>
  )
}
