import { randomBytes } from 'node:crypto'
import type { BrowserContext } from '@playwright/test'
import type { Account } from '../../lib/accounts/account'
import { createAccount } from '../../lib/accounts/create'
import type { Context } from '../../lib/context'
import type { Env } from '../../lib/env'
import type { Role } from '../../lib/permissions'
import type { Answer, Send } from './call'

export type Member = Account & { password: string }

/** Somebody with this role and a password, made for one test. */
export async function newMember(ctx: Context, role: Role): Promise<Member> {
  const name = `${role}-${randomBytes(6).toString('hex')}`
  const wish = { email: `${name}@shop.example`, name, role, password: randomBytes(9).toString('hex') }
  const made = await createAccount(ctx, wish, { accountId: null, name: 'e2e' })
  if (!made.ok) throw new Error(made.reason)
  return { ...made.value, password: wish.password }
}

const pairOf = (cookie: string) => cookie.split(';', 1)[0] ?? ''

/** What signing in with these is answered, as the form of the page asks. */
export async function trySignIn(
  send: Send,
  { email, password }: { email: string; password: string },
): Promise<Answer> {
  const csrf = await send('/api/auth/csrf')
  const { csrfToken } = csrf.json as { csrfToken: string }
  return send('/api/auth/callback/credentials', {
    method: 'POST',
    headers: {
      cookie: csrf.cookies.map(pairOf).join('; '),
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({ csrfToken, email, password, json: 'true' }).toString(),
  })
}

export const sessionOf = ({ cookies }: Answer): string =>
  cookies.map(pairOf).find((cookie) => cookie.includes('session-token=')) ?? ''

/** Signs in and answers the cookie of the session. */
export async function signIn(send: Send, member: Member): Promise<string> {
  const answer = await trySignIn(send, member)
  const session = sessionOf(answer)
  if (!session) throw new Error(`${answer.status}: ${answer.text}`)
  return session
}

/** Makes a browser that of somebody with this role, signed in. */
export async function becomeMember(
  context: BrowserContext,
  { ctx, settings, send, role }: { ctx: Context; settings: Env; send: Send; role: Role },
): Promise<Member> {
  const member = await newMember(ctx, role)
  const [name = '', value = ''] = (await signIn(send, member)).split('=', 2)
  await context.addCookies([{ name, value, url: settings.PUBLIC_URL, httpOnly: true, sameSite: 'Lax' }])
  return member
}
