'use client'

import { useCallback, useSyncExternalStore } from 'react'
import type { Live } from '@/lib/contract'
import { createLivePoller, type LiveView, waitingView } from './live-poller'

const pollers = new Map<string, ReturnType<typeof createLivePoller>>()

function pollerOf(slug: string) {
  const known = pollers.get(slug)
  if (known) return known
  const made = createLivePoller(slug)
  pollers.set(slug, made)
  return made
}

/**
 * The live state of a sale, never older than two seconds while the status is `fresh`. All components of a page share
 * one poller per sale. `relaxed` asks for a slow pace, for pages that need the phase and the clock but show no counts.
 */
export function useLive(slug: string, { relaxed = false } = {}): LiveView {
  const subscribe = useCallback(
    (listener: () => void) => pollerOf(slug).subscribe(listener, relaxed),
    [slug, relaxed],
  )
  return useSyncExternalStore(
    subscribe,
    () => pollerOf(slug).getView(),
    () => waitingView,
  )
}

/** The phase by the server's clock: opening and closing happen on time, without waiting for the next read. */
export function phaseAt(live: Pick<Live, 'phase' | 'opensAt' | 'closesAt'>, now: number): Live['phase'] {
  if (live.phase === 'upcoming' && now >= Date.parse(live.opensAt)) return 'open'
  if (live.phase === 'open' && now >= Date.parse(live.closesAt)) return 'closed'
  return live.phase
}
