'use client'

import { useSyncExternalStore } from 'react'
import { createSaleClock } from './sale-clock'

/** The one clock of this page: every answer of the server that carries a `now` sets it. */
export const serverClock = createSaleClock()

/** A countdown may be this late; small enough that a state flips well within a second of its time. */
const tickMs = 200
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

function subscribe(listener: () => void) {
  listeners.add(listener)
  timer ??= setInterval(() => {
    for (const listen of listeners) listen()
  }, tickMs)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/**
 * What `select` makes of the server's time, kept up to date; null until the server's time is known, and in static
 * HTML. `select` returns a primitive: a component renders again only when that value changes.
 */
export function useServerTime<T extends string | number | boolean>(select: (now: number) => T): T | null {
  return useSyncExternalStore(
    subscribe,
    () => {
      const now = serverClock.now()
      return now === null ? null : select(now)
    },
    () => null,
  )
}

/** Whole seconds until a time, rounded up, never below 0; null until the server's time is known. */
export function useSecondsUntil(time: string): number | null {
  const target = Date.parse(time)
  return useServerTime((now) => Math.max(0, Math.ceil((target - now) / 1000)))
}
