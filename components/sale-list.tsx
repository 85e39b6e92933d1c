'use client'

import type { Sale } from '@/lib/contract'
import { useShelves } from './sale-phase'
import { Shelf } from './shelf'
import { useLive } from './use-live'

/** Every sale on the shelf of its moment; it changes shelves when its time comes, without a reload. */
export function SaleList({ sales, madeAt }: { sales: Sale[]; madeAt: string }) {
  const { open, upcoming, ended } = useShelves(sales, madeAt)
  // The server's clock comes with the live state of any of them.
  useLive((open[0] ?? upcoming[0])?.slug ?? '', { relaxed: true })
  if (sales.length === 0) return <p className="shell text-lg text-muted">The next sale is being prepared.</p>
  return (
    <div className="grid gap-16">
      <Shelf title="Open now" sales={open} moment="open" />
      <Shelf title="Coming up" sales={upcoming} moment="upcoming" />
      <Shelf title="Ended" sales={ended} moment="ended" />
    </div>
  )
}
