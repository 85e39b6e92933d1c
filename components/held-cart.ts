'use client'

import { useEffect, useRef } from 'react'
import type { Cart } from '@/lib/contract'
import { rereadCart, useRememberCart, useRememberedCart } from './cart-store'
import { useLive } from './use-live'

/**
 * The newest cart this page knows for a sale: of the page itself, of an action's answer, or of another tab. Null once
 * it is known to be gone. A pause moves the deadline, so the server is asked again when one begins or ends.
 */
export function useHeldCart(slug: string, given: Cart | null): Cart | null {
  useRememberCart(slug, given)
  const remembered = useRememberedCart(slug)
  const { live } = useLive(slug, { relaxed: true })
  const paused = live ? live.phase === 'paused' : null
  const wasPaused = useRef(paused)
  const has = remembered !== null && remembered !== undefined
  const frozen = remembered?.frozen ?? false

  useEffect(() => {
    if (!has || paused === wasPaused.current) return
    const known = wasPaused.current !== null
    wasPaused.current = paused
    if (known || paused !== frozen) void rereadCart(slug)
  }, [slug, paused, has, frozen])

  if (remembered === undefined) return given
  if (remembered === null) return null
  return given && given.now > remembered.now ? given : remembered
}
