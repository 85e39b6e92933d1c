'use client'

import type { SaleItem } from '@/lib/contract'
import { buyState } from './buy-state'
import { useServerTime } from './server-clock'
import { Progress } from './ui/progress'
import { Skeleton } from './ui/skeleton'
import { useLive } from './use-live'

type Props = { slug: string; item: Pick<SaleItem, 'id' | 'allocation'> }

const units = (count: number) => `${count} ${count === 1 ? 'unit' : 'units'}`

/**
 * How much of an item is claimed: sold and in carts, exactly as the server counts. Never shows counts older than two
 * seconds; when it can't read them it says so instead.
 */
export function StockMeter({ slug, item }: Props) {
  const { live, status } = useLive(slug)
  const state = useServerTime((now) => buyState(live, item.id, now))
  const counts = live?.items.find((one) => one.id === item.id)

  if (status === 'reconnecting') {
    return (
      <p role="status" className="min-h-11 font-semibold text-alarm text-sm">
        Reconnecting to the shop. Your cart is safe.
      </p>
    )
  }
  if (!counts || status !== 'fresh' || state === null || state === 'unknown') {
    return (
      <div className="grid min-h-11 content-start gap-2.5">
        <p className="font-semibold text-sm">{units(item.allocation)}, each with its number</p>
        <Skeleton className="h-3 w-full" />
      </div>
    )
  }
  if (state === 'upcoming' || state === 'closed') {
    const sold = `${counts.sold} of ${units(counts.allocation)} sold`
    return (
      <p className="min-h-11 font-semibold text-sm">
        {state === 'upcoming' ? `${units(counts.allocation)}, each with its number` : sold}
      </p>
    )
  }
  const left = {
    sold_through: 'Sold out',
    empty_now: 'None free right now',
    open_low: `Only ${counts.available} left`,
  }
  const carts = counts.held > 0 ? `, ${counts.held} in carts` : ''
  return (
    <Progress
      label={state in left ? left[state as keyof typeof left] : `${counts.available} left`}
      text={`${counts.sold + counts.held} of ${counts.allocation} claimed${carts}`}
      max={counts.allocation}
      solid={counts.sold}
      hatched={counts.held}
    />
  )
}
