'use client'

import { useEffect, useSyncExternalStore } from 'react'
import type { Cart } from '@/lib/contract'

/** `cart: null` remembers that the cart is gone, so that an older answer does not bring it back; `expired` says why. */
type Entry = { cart: Cart | null; at: string; expired?: boolean }
type Entries = Record<string, Entry>

const key = 'stampede.carts'
/** A cart this long past its deadline is of no interest to the header; the server has dropped it long ago. */
const forgetAfterMs = 3_600_000

const listeners = new Set<() => void>()
let entries: Entries | null = null
/** Sales whose cart is known from an earlier visit only: shown nowhere until the server confirmed it. */
const unconfirmed = new Set<string>()

function load(): Entries {
  try {
    const stored = Object.entries(JSON.parse(localStorage.getItem(key) ?? '{}') as Entries)
    return Object.fromEntries(stored.filter(([, { at }]) => Date.now() - Date.parse(at) < forgetAfterMs))
  } catch {
    // Storage may be blocked or hold something else; the server's answers still arrive.
    return {}
  }
}

function snapshot(): Entries {
  if (entries) return entries
  entries = load()
  for (const slug of Object.keys(entries)) unconfirmed.add(slug)
  return entries
}

function write(slug: string, entry: Entry) {
  entries = { ...snapshot(), [slug]: entry }
  unconfirmed.delete(slug)
  try {
    localStorage.setItem(key, JSON.stringify(entries))
  } catch {
    // Without storage the other tabs learn of it when they ask the server.
  }
  for (const listen of listeners) listen()
}

/** Keeps an answer of the server for all tabs, unless it is older than what is known. */
function rememberCart(slug: string, cart: Cart) {
  const known = snapshot()[slug]
  if (known && (cart.now < known.at || (cart.now === known.at && known.cart === null))) return
  write(slug, { cart: cart.lines.length > 0 ? cart : null, at: cart.now })
}

/** Notes that the cart ended: its time ran out (`expired`), or it was emptied or ordered. All tabs learn of it. */
export function forgetCart(slug: string, expired = false) {
  const known = snapshot()[slug]
  if (known?.cart) write(slug, { cart: null, at: known.at, expired })
}

/** Reads the cart from the server, which alone knows. A failed read changes nothing. */
export async function rereadCart(slug: string) {
  try {
    const response = await fetch(`/api/v1/sales/${slug}/cart`, { cache: 'no-store' })
    if (response.ok) rememberCart(slug, (await response.json()) as Cart)
    else if (response.status === 404) forgetCart(slug)
  } catch {
    // The next answer will tell.
  }
}

function subscribe(listener: () => void) {
  const onStorage = (event: StorageEvent) => {
    if (event.key !== key) return
    // Another tab wrote what the server had just told it.
    entries = load()
    unconfirmed.clear()
    listener()
  }
  window.addEventListener('storage', onStorage)
  listeners.add(listener)
  return () => {
    window.removeEventListener('storage', onStorage)
    listeners.delete(listener)
  }
}

/** The cart this browser knows of; null if it is known to be gone, undefined if nothing is known. */
export function useRememberedCart(slug: string): Cart | null | undefined {
  return useSyncExternalStore(
    subscribe,
    () => {
      const entry = snapshot()[slug]
      return unconfirmed.has(slug) ? undefined : entry?.cart
    },
    () => undefined,
  )
}

/** Whether the last cart of this sale ran out while this page was open, in this tab or another. */
export function useCartExpired(slug: string): boolean {
  return useSyncExternalStore(
    subscribe,
    () => !unconfirmed.has(slug) && snapshot()[slug]?.expired === true,
    () => false,
  )
}

/** Asks the server about a cart of an earlier visit, so that it can be shown again with the same deadline. */
export function useConfirmedCart(slug: string) {
  useEffect(() => {
    if (snapshot()[slug]?.cart && unconfirmed.has(slug)) void rereadCart(slug)
  }, [slug])
}

/** How many units this browser has in carts; 0 in static HTML. */
export function useCartCount(): number {
  return useSyncExternalStore(
    subscribe,
    () =>
      Object.values(snapshot())
        .flatMap(({ cart }) => cart?.lines ?? [])
        .reduce((sum, line) => sum + line.quantity, 0),
    () => 0,
  )
}

/** Hands an answer of the server to the store as soon as the page shows it. */
export function useRememberCart(slug: string, cart: Cart | null | undefined) {
  useEffect(() => {
    if (cart) rememberCart(slug, cart)
  }, [slug, cart])
}
