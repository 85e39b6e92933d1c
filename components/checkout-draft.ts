'use client'

import { type RefObject, useCallback, useEffect } from 'react'

const fieldsKey = 'stampede.checkout'
const attemptKey = (slug: string) => `stampede.attempt.${slug}`
/** Posted by the form, but nothing that the shopper typed. */
const notTyped = ['slug', 'idempotencyKey']

function attempt<T>(read: () => T): T | null {
  try {
    return read()
  } catch {
    // Storage is a convenience: without it the form works, it only forgets on reload.
    return null
  }
}

/**
 * Keeps what was typed for as long as the tab lives: through a refusal, an expired cart, a reload. Returns the handler
 * that saves; filling in happens by itself and never overwrites what stands in a field.
 */
export function useCheckoutDraft(form: RefObject<HTMLFormElement | null>) {
  useEffect(() => {
    const typed = attempt(
      () => JSON.parse(sessionStorage.getItem(fieldsKey) ?? '{}') as Record<string, string>,
    )
    for (const [name, value] of Object.entries(typed ?? {})) {
      const field = form.current?.elements.namedItem(name)
      if (field instanceof HTMLSelectElement || (field instanceof HTMLInputElement && field.value === '')) {
        field.value = value
      }
    }
  }, [form])

  return useCallback(() => {
    if (!form.current) return
    const typed = [...new FormData(form.current)].filter(
      ([name, value]) => !notTyped.includes(name) && !name.startsWith('$') && typeof value === 'string',
    )
    attempt(() => sessionStorage.setItem(fieldsKey, JSON.stringify(Object.fromEntries(typed))))
  }, [form])
}

/**
 * The idempotency key of an order that was sent and not answered yet. A reload sends the same key again, so that a
 * lost answer never makes a second order.
 */
export const orderAttempt = {
  open: (slug: string) => attempt(() => sessionStorage.getItem(attemptKey(slug))),
  begin: (slug: string, key: string) => attempt(() => sessionStorage.setItem(attemptKey(slug), key)),
  end: (slug: string) => attempt(() => sessionStorage.removeItem(attemptKey(slug))),
}

const lastOrderKey = (slug: string) => `stampede.order.${slug}`

/** The last order this browser placed in a sale, to lead back to it. */
export const lastOrder = {
  of: (slug: string) => attempt(() => localStorage.getItem(lastOrderKey(slug))),
  remember: (slug: string, orderId: string) =>
    attempt(() => localStorage.setItem(lastOrderKey(slug), orderId)),
}
