import { createHmac } from 'node:crypto'
import type { NextAuthOptions } from 'next-auth'
import { decode } from 'next-auth/jwt'
import Credentials from 'next-auth/providers/credentials'
import { type Account, accountEmailSchema } from '../accounts/account'
import { findAccount } from '../accounts/find'
import { signIn } from '../accounts/sign-in'
import { config } from '../config'
import type { Context } from '../context'
import type { Env } from '../env'
import { ok, type Result } from '../result'
import { sign } from '../sign'
import { refusalFor } from './faults'
import { limiterOf } from './limiter'
import { networkOf } from './network'

const sessionMs = config.accounts.sessionHours * 3_600_000

const secretOf = (env: Env) =>
  createHmac('sha256', env.APP_SECRET).update('sessions of accounts').digest('hex')

/** With a prefix that browsers take over TLS alone, where there is TLS. */
export const sessionCookie = (env: Env) =>
  `${env.PUBLIC_URL.startsWith('https:') ? '__Secure-' : ''}next-auth.session-token`

/** Whoever guesses at one account from one network soon has to wait. */
const guesserOf = (env: Env, email: string, address: string) =>
  sign(env.APP_SECRET, `sign in:${email}:${networkOf(address)}`)

/**
 * How people sign in. A session is a signed cookie that names the account and its stamp and lasts a working day; what
 * its owner may do is read from the ledger with each request. Whoever guesses too often, and a store that does not
 * answer, are refused like a wrong password is, with a word of their own.
 */
export const authOptions = (ctx: Context): NextAuthOptions => ({
  secret: secretOf(ctx.env),
  useSecureCookies: ctx.env.PUBLIC_URL.startsWith('https:'),
  session: { strategy: 'jwt', maxAge: sessionMs / 1_000 },
  pages: { signIn: '/admin/login', signOut: '/admin/login', error: '/admin/login' },
  logger: {
    // Their texts may hold what was typed.
    error: (code) => ctx.log.warn({ code }, 'sign-in'),
    warn: (code) => ctx.log.debug({ code }, 'sign-in'),
    debug: () => {},
  },
  providers: [
    Credentials({
      name: 'password',
      credentials: { email: { type: 'email' }, password: { type: 'password' } },
      async authorize(given, { headers }) {
        const email = accountEmailSchema.safeParse(given?.email)
        const password: unknown = given?.password
        if (!email.success || typeof password !== 'string' || !password || password.length > 200) return null
        const address = String(headers?.['x-client-address'] ?? 'unknown')
        const signed = await tryToSignIn(ctx, { email: email.data, password, address })
        // Its text is the whole of what the browser is told.
        if (!signed.ok) throw new Error(signed.reason)
        return signed.value
      },
    }),
  ],
  callbacks: {
    jwt({ token, user }) {
      // Only at sign-in. The rest of what it is given says no more than the id.
      if (!user) return token
      return { sub: user.id, stamp: (user as unknown as Account).stamp, since: Date.now() }
    },
  },
})

async function tryToSignIn(
  ctx: Context,
  { email, password, address }: { email: string; password: string; address: string },
): Promise<Result<Account | null>> {
  try {
    const buyerId = guesserOf(ctx.env, email, address)
    const limited = await limiterOf(ctx)('signIn', { buyerId, address })
    return limited.ok ? ok(await signIn(ctx, { email, password })) : limited
  } catch (error) {
    return refusalFor(ctx, 'sign in', error)
  }
}

/** Whose session this is, as the ledger knows them now; null for none, for one that was ended, and for an account that is gone. */
export async function accountOf(ctx: Context, cookie: string | undefined): Promise<Account | null> {
  if (!cookie) return null
  const token = await decode({ token: cookie, secret: secretOf(ctx.env) }).catch(() => null)
  // Next-auth gives a new cookie to whoever asks for the session, which would last for ever.
  if (!token?.sub || !(Date.now() - Number(token.since) < sessionMs)) return null
  const account = await findAccount(ctx, token.sub)
  return account && account.stamp === token.stamp ? account : null
}
