'use client'

import dynamic from 'next/dynamic'
import { useEffect, useState } from 'react'
import { formatMoney } from '@/lib/money'
import { Badge } from '../ui/badge'
import { useLive } from '../use-live'
import { countsOf, type Point, soldPerSecond, withLook } from './cockpit-history'
import { SalePhase } from './sale-phase'

// Large, and nothing of it is needed before the first numbers.
const CockpitChart = dynamic(() => import('./cockpit-chart').then((file) => file.CockpitChart), {
  ssr: false,
})

type Props = {
  slug: string
  currency: string
  /** What each item costs, for the revenue: sold units times their price. */
  prices: Record<string, number>
  allocation: number
}

const phases = {
  upcoming: 'upcoming',
  room: 'upcoming',
  open: 'open',
  paused: 'paused',
  closed: 'closed',
} as const

/**
 * A sale while it runs, as its merchant watches it: at most two seconds old, or it says that it is not. Reads the same
 * live state as the shop's own pages, so that one more viewer costs the stores nothing.
 */
export function Cockpit({ slug, currency, prices, allocation }: Props) {
  const { live, status } = useLive(slug)
  const [history, setHistory] = useState<Point[]>([])
  const [firstAt, setFirstAt] = useState<number | null>(null)

  useEffect(() => {
    if (!live || status !== 'fresh') return
    const at = Date.parse(live.now)
    const since = firstAt ?? at
    if (firstAt === null) setFirstAt(at)
    setHistory((before) => withLook(before, Math.round((at - since) / 1000), live))
  }, [live, status, firstAt])

  if (!live) return <p className="min-h-40 text-muted">Reading the sale …</p>
  const { left, held, sold } = countsOf(live)
  const revenueMinor = live.items.reduce((sum, item) => sum + item.sold * (prices[item.id] ?? 0), 0)
  const rate = soldPerSecond(history)
  const figures: [string, string][] = [
    ['Left', String(left)],
    ['Held', String(held)],
    ['Sold', `${sold} of ${allocation}`],
    ['Sold a second', rate === null ? '–' : rate.toFixed(1)],
    ['Revenue', formatMoney({ minor: revenueMinor, currency })],
  ]
  if (live.room) figures.push(['In the waiting room', `${live.room.joiners}`])
  return (
    <section aria-label="Now" className="grid gap-4">
      <p className="flex flex-wrap items-center gap-3">
        <SalePhase phase={phases[live.phase]} />
        {status === 'fresh' ? (
          <span className="text-muted text-sm">at most two seconds old</span>
        ) : (
          <Badge tone="alarm">not up to date</Badge>
        )}
      </p>
      <dl className="grid grid-cols-2 gap-3 sm:grid-cols-3 lg:grid-cols-6">
        {figures.map(([name, value]) => (
          <div key={name} className="rounded-2xl border border-line bg-card p-4">
            <dt className="text-muted text-sm">{name}</dt>
            <dd className={`figures font-bold text-2xl ${status === 'fresh' ? '' : 'text-muted'}`}>
              {value}
            </dd>
          </div>
        ))}
      </dl>
      <CockpitChart history={history} />
    </section>
  )
}
