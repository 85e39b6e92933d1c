'use client'

import { useCallback, useEffect, useRef, useState } from 'react'
import type { Order } from '@/lib/contract'
import { serverClock } from './server-clock'
import { useLive } from './use-live'

const busyMs = 1_000
/** A tab that only waits for the shopper still learns of a payment made elsewhere. */
const waitingMs = 10_000
const maxBackoffMs = 15_000

/** How often the order can change by itself; null once it can't. */
function paceMs({ state, payment }: Order): number | null {
  const processing = payment?.state === 'processing'
  if (state === 'confirming' || state === 'capturing') return busyMs
  if (state === 'awaiting_payment') return processing ? busyMs : waitingMs
  // A payment under way when the time ran out is still settled: voided, or moved to a new order.
  if (state === 'expired') return processing ? 3 * busyMs : null
  return null
}

/** An order that keeps itself up to date while it can change, and the function that reads it at once. */
export function useOrder(given: Order): { order: Order; reread: () => Promise<void> } {
  const [read, setRead] = useState(given)
  const order = given.now > read.now ? given : read
  const { id, token, saleSlug } = order
  const failures = useRef(0)
  const pace = paceMs(order)
  const { live } = useLive(saleSlug, { relaxed: true })
  const paused = live?.phase === 'paused'

  const reread = useCallback(async () => {
    const sentAt = performance.now()
    try {
      const response = await fetch(`/api/v1/orders/${id}?t=${encodeURIComponent(token)}`, {
        cache: 'no-store',
      })
      if (!response.ok) throw new Error(`order answered ${response.status}`)
      const next = (await response.json()) as Order
      serverClock.observe({ now: next.now, sentAt, receivedAt: performance.now() })
      failures.current = 0
      setRead((known) => (next.now >= known.now ? next : known))
    } catch {
      failures.current += 1
    }
  }, [id, token])

  useEffect(() => {
    if (pace === null) return
    let timer: ReturnType<typeof setTimeout>
    let over = false
    const plan = () => {
      const wait = Math.min(maxBackoffMs, pace * 2 ** failures.current) * (0.85 + 0.3 * Math.random())
      timer = setTimeout(run, wait)
    }
    const run = async () => {
      clearTimeout(timer)
      if (!document.hidden) await reread()
      if (!over) plan()
    }
    plan()
    document.addEventListener('visibilitychange', run)
    window.addEventListener('pageshow', run)
    return () => {
      over = true
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', run)
      window.removeEventListener('pageshow', run)
    }
  }, [pace, reread])

  // A pause moves `payBy`.
  const wasPaused = useRef(paused)
  useEffect(() => {
    if (paused === wasPaused.current) return
    wasPaused.current = paused
    void reread()
  }, [paused, reread])

  return { order, reread }
}
