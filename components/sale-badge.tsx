'use client'

import type { Sale } from '@/lib/contract'
import type { Moment } from './sale-phase'
import { useServerTime } from './server-clock'
import { Badge } from './ui/badge'
import { phaseAt, useLive } from './use-live'

/** How a sale stands in a word: by its times, and once the live state was read by what only that knows. */
export function SaleBadge({ sale, moment }: { sale: Pick<Sale, 'slug'>; moment: Moment }) {
  const { live } = useLive(moment === 'ended' ? '' : sale.slug, { relaxed: true })
  const known = useServerTime((now) => (live ? phaseAt(live, now) : moment)) ?? moment
  if (moment === 'ended' || known === 'closed') return <Badge>Ended</Badge>
  if (known === 'upcoming' || known === 'room') return <Badge tone="tag">Upcoming</Badge>
  if (live?.items.every(({ state }) => state === 'sold_through')) return <Badge>Sold out</Badge>
  if (known === 'paused') return <Badge>Paused</Badge>
  return (
    <Badge tone="go" live>
      Open now
    </Badge>
  )
}
