import 'server-only'
import { headers } from 'next/headers'
import type { FormAction, Posted } from '@/components/action'

type Kept = Posted<unknown> & { form: string }
// Held by the request's own headers object, so an answer can neither outlive nor leave its request. On globalThis,
// because actions and pages may be in different bundles.
const store = globalThis as typeof globalThis & { stampedePosted?: WeakMap<object, Kept> }
store.stampedePosted ??= new WeakMap()
const kept = store.stampedePosted

/**
 * Wraps an action so that the page rendered in answer to a form post can show what it said (`findPosted`). React hands
 * the answer over by itself on static pages; pages that read cookies are resumed by Next, and a resumed render drops it.
 */
export function keepAnswer<T>(form: string, action: FormAction<T>): FormAction<T> {
  return async (previous, formData) => {
    const answer = await action(previous, formData)
    // Not from a form of ours: the action has refused it.
    if (!(formData instanceof FormData)) return answer
    const typed = [...formData].flatMap(([name, value]) =>
      typeof value === 'string' && !name.startsWith('$') ? [[name, value] as const] : [],
    )
    kept.set(await headers(), { form, answer, typed: Object.fromEntries(typed) })
    return answer
  }
}

/** The answer to the form post that this request is, if it was one of these forms; null on every other request. */
export async function findPosted<T>(...forms: string[]): Promise<Posted<T> | null> {
  const found = kept.get(await headers())
  return found && forms.includes(found.form) ? (found as Posted<T>) : null
}
