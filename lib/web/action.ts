import 'server-only'
import { cookies, headers } from 'next/headers'
import { context } from '../open-context'
import { ok, type Result, refused } from '../result'
import { callEndpoint, type Endpoint } from './endpoint'
import { refusalFor } from './faults'
import { buyerCookie, callerOf, cookieOptions, isOwnOrigin, newBuyer } from './identity'

type FormInput = {
  params: Record<string, unknown>
  body?: unknown
  headers?: Record<string, string | undefined>
}

/**
 * Mounts an endpoint as a server action for a form. `read` picks the fields of the form; everything is checked as in
 * the API. Sets no cookie, except that a first visitor gets an identity, and never redirects: each would render the
 * page again. Next lets a request without Origin through, so it is refused here.
 */
export function mountAction<Params, Body, Query, Out>(
  endpoint: Endpoint<Params, Body, Query, Out>,
  read: (form: FormData) => FormInput,
): (previous: Result<Out> | null, form: FormData) => Promise<Result<Out>> {
  return async (_previous, form) => {
    const ctx = context()
    try {
      const [sent, jar] = await Promise.all([headers(), cookies()])
      const known = callerOf(ctx.env, sent)
      if (!isOwnOrigin(ctx.env, known.origin)) return refused('bad_origin')
      // Whoever writes the call by hand may send anything in its place.
      if (!(form instanceof FormData)) return refused('invalid_input')
      let caller = known
      if (!known.buyerId && endpoint.identity === 'buyer') {
        const { buyerId, token } = newBuyer(ctx.env.APP_SECRET)
        jar.set(buyerCookie, token, cookieOptions(ctx.env))
        const { via, address, origin } = known
        caller = { buyerId, via, address, origin }
      }
      const input = read(form)
      return await callEndpoint(ctx, endpoint, caller, {
        params: input.params,
        readBody: async () => ok(input.body),
        query: {},
        header: (name) => input.headers?.[name],
        cookie: (name) => jar.get(name)?.value,
      })
    } catch (error) {
      return refusalFor(ctx, endpoint.name, error)
    }
  }
}

/** A form field as text; an absent or empty one is undefined. */
export function field(form: FormData, name: string): string | undefined {
  const value = form.get(name)
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** A form field as a whole number; anything else becomes NaN, which every schema refuses. */
export function numberField(form: FormData, name: string): number {
  const value = field(form, name) ?? ''
  return /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN
}
