'use client'

import type { Sale } from '@/lib/contract'
import { useServerTime } from './server-clock'

export type Moment = 'open' | 'upcoming' | 'ended'

/** Where a sale stands by its times alone, which is all that a list of sales needs to know. */
function momentOf({ opensAt, closesAt }: Pick<Sale, 'opensAt' | 'closesAt'>, now: number): Moment {
  if (now < Date.parse(opensAt)) return 'upcoming'
  return now < Date.parse(closesAt) ? 'open' : 'ended'
}

/** Sales by moment, soonest first (ended: latest first). Starts from when the page was made, then follows the server's clock. */
export function useShelves(sales: readonly Sale[], madeAt: string): Record<Moment, Sale[]> {
  const at = (now: number) => sales.map((sale) => momentOf(sale, now)).join(' ')
  const moments = (useServerTime(at) ?? at(Date.parse(madeAt))).split(' ')
  const shelf = (moment: Moment) => sales.filter((_, index) => moments[index] === moment)
  const by = (key: 'opensAt' | 'closesAt') => (a: Sale, b: Sale) => (a[key] < b[key] ? -1 : 1)
  return {
    open: shelf('open').sort(by('closesAt')),
    upcoming: shelf('upcoming').sort(by('opensAt')),
    ended: shelf('ended').sort(by('closesAt')).reverse(),
  }
}
