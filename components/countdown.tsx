'use client'

import type { ReactNode } from 'react'
import { SaleTime, ShopTime } from './sale-time'
import { useSecondsUntil, useServerTime } from './server-clock'
import { formatClock } from './time'
import { phaseAt, useLive } from './use-live'

/** As tall as it ever gets: what stands below is not pushed down when the server's time arrives. */
const box = 'min-h-20 sm:min-h-24 lg:min-h-30'

type Props = { slug: string; opensAt: string; closesAt: string }

type TickingProps = { until: string; className?: string; fallback?: ReactNode }

/**
 * Time left until a moment, ticking. Until the server's time is known, and without JavaScript, it shows `fallback`.
 * Not announced: it would never stop.
 */
export function Ticking({ until, className = '', fallback = null }: TickingProps) {
  const seconds = useSecondsUntil(until)
  if (seconds === null) return fallback
  return (
    <time dateTime={`PT${seconds}S`} className={`figures ${className}`}>
      {formatClock(seconds)}
    </time>
  )
}

/**
 * When a sale opens or how long it stays open, by the server's clock. The text flips at the moment itself, without a
 * reload, whatever the visitor's clock says. Without JavaScript both times stand there as text.
 */
export function Countdown({ slug, opensAt, closesAt }: Props) {
  const { live } = useLive(slug)
  const times = {
    phase: 'upcoming' as const,
    ...live,
    opensAt: live?.opensAt ?? opensAt,
    closesAt: live?.closesAt ?? closesAt,
  }
  const phase = useServerTime((now) => phaseAt(times, now))

  if (!live || phase === null) {
    return (
      <p className={`${box} grid content-start gap-1`}>
        <span>
          Opens <ShopTime at={opensAt} />
        </span>
        <span>
          Closes <ShopTime at={closesAt} />
        </span>
      </p>
    )
  }
  if (phase === 'closed') {
    return (
      <p className={box}>
        Ended <SaleTime at={times.closesAt} lines />
      </p>
    )
  }
  const opening = phase === 'upcoming' || phase === 'room'
  const until = opening ? times.opensAt : times.closesAt
  return (
    <div className={box}>
      <p className="flex flex-wrap items-baseline gap-x-2.5 lg:inline-grid">
        <span className="kicker">{opening ? 'Opens in' : 'Ends in'} </span>
        <Ticking until={until} className="display text-3xl sm:text-5xl" />
      </p>
      <p className="mt-1 text-sm">
        {opening ? 'Opens ' : 'Ends '}
        <SaleTime at={until} lines />
      </p>
    </div>
  )
}
