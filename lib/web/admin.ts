import 'server-only'
import { cookies, headers } from 'next/headers'
import type { z } from 'zod'
import type { Account } from '../accounts/account'
import type { Actor } from '../audit/record'
import type { Context } from '../context'
import { context } from '../open-context'
import { may, type Permission } from '../permissions'
import { ok, type Result, refused } from '../result'
import { accountOf, sessionCookie } from './auth'
import { check } from './check'
import { fieldsOf } from './endpoint'
import { refusalFor } from './faults'
import { isOwnOrigin } from './identity'

/** Who is signed in. */
async function currentAccount(): Promise<Account | null> {
  // Before the stores are opened: a build has none, and stops here.
  const jar = await cookies()
  const ctx = context()
  return accountOf(ctx, jar.get(sessionCookie(ctx.env))?.value)
}

/** The account that asks for a page, if it may see it. Refused: not_signed_in, forbidden. */
export async function admit(permission: Permission): Promise<Result<Account>> {
  const account = await currentAccount()
  if (!account) return refused('not_signed_in')
  return may(account.role, permission) ? ok(account) : refused('forbidden')
}

/** Who the audit log says it was. */
export const actorOf = (account: Account | null): Actor => ({
  accountId: account?.id ?? null,
  name: account ? `${account.name} <${account.email}>` : 'nobody',
})

type Declared<In, Out> = {
  name: string
  /** `nobody`: works without an account. */
  permission: Permission | 'nobody'
  input: z.ZodType<In>
  run(ctx: Context, input: In, account: Account | null): Promise<Result<Out>>
}

/**
 * Mounts a verb of the admin as a server action for a form: origin, account and permission are asked here, whatever page
 * the form stood on. The fields of the form are its input. Never redirects and sets no cookie.
 */
export function mountAdminAction<In, Out>({ name, permission, input, run }: Declared<In, Out>) {
  return async (_previous: Result<Out> | null, form: FormData): Promise<Result<Out>> => {
    const ctx = context()
    try {
      if (!isOwnOrigin(ctx.env, (await headers()).get('origin'))) return refused('bad_origin')
      // Whoever writes the call by hand may send anything in its place.
      if (!(form instanceof FormData)) return refused('invalid_input')
      const account = permission === 'nobody' ? ok(await currentAccount()) : await admit(permission)
      if (!account.ok) return account
      const checked = check(input, Object.fromEntries(form))
      if (!checked.success) return refused('invalid_input', { fields: fieldsOf(checked.error) })
      return await run(ctx, checked.data, account.value)
    } catch (error) {
      return refusalFor(ctx, name, error)
    }
  }
}
