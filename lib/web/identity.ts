import { createHmac, timingSafeEqual } from 'node:crypto'
import { config } from '../config'
import type { Env } from '../env'
import { newBuyerId } from '../id'
import { idPatterns } from '../patterns'
import type { RequestHeaders } from './api-request'

export const buyerCookie = 'buyer'

const sign = (secret: string, buyerId: string) =>
  createHmac('sha256', secret).update(`buyer:${buyerId}`).digest('base64url')

/** The signed anonymous identity of a buyer, the same in the cookie and as bearer token. */
export const tokenOf = (secret: string, buyerId: string) => `${buyerId}.${sign(secret, buyerId)}`

export const newBuyer = (secret: string) => {
  const buyerId = newBuyerId()
  return { buyerId, token: tokenOf(secret, buyerId) }
}

/** The buyer a token was signed for; undefined for one that we did not sign. */
export function readToken(secret: string, token: string): string | undefined {
  const [buyerId = '', mac = ''] = token.split('.')
  if (!idPatterns.buyer.test(buyerId)) return undefined
  const expected = Buffer.from(sign(secret, buyerId))
  const given = Buffer.from(mac)
  return given.length === expected.length && timingSafeEqual(given, expected) ? buyerId : undefined
}

/** How the cookie is kept: out of reach of scripts, sent on our own pages only, over TLS where there is TLS. */
export const cookieOptions = (env: Env) => ({
  httpOnly: true,
  sameSite: 'lax' as const,
  path: '/',
  secure: env.PUBLIC_URL.startsWith('https:'),
  maxAge: config.http.cookieDays * 86_400,
})

/** A Set-Cookie header for a signed value of ours. */
export function cookieText(
  env: Env,
  { name, value, maxAge }: { name: string; value: string; maxAge: number },
): string {
  const { secure } = cookieOptions(env)
  return `${name}=${value}; Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`
}

export type Caller = {
  /** Checked when it is asked for, and once: an answer that is the same for everybody doesn't need it. */
  readonly buyerId: string | undefined
  /** A cookie travels by itself, so a call that changes something with it must prove its origin. */
  readonly via: 'cookie' | 'bearer' | 'nobody'
  readonly address: string
  readonly origin: string | null
}

/** A class, because an object with a getter is dear to make, and every request makes one. */
class TokenCaller implements Caller {
  private known: { buyerId: string | undefined } | undefined

  constructor(
    private readonly secret: string,
    private readonly token: string | undefined,
    readonly via: Caller['via'],
    readonly address: string,
    readonly origin: string | null,
  ) {}

  get buyerId(): string | undefined {
    this.known ??= { buyerId: this.token === undefined ? undefined : readToken(this.secret, this.token) }
    return this.known.buyerId
  }
}

/** Who calls: the bearer token if there is one, else the cookie. */
export function callerOf(env: Env, headers: RequestHeaders): Caller {
  const authorization = headers.get('authorization')
  const bearer = authorization === null ? undefined : /^Bearer (\S{1,200})$/.exec(authorization)?.[1]
  const token = bearer ?? readCookie(headers, buyerCookie)
  const via = bearer ? 'bearer' : token === undefined ? 'nobody' : 'cookie'
  const address = headers.get('x-client-address') ?? 'unknown'
  return new TokenCaller(env.APP_SECRET, token, via, address, headers.get('origin'))
}

/** The value of one cookie in a Cookie header. */
export function readCookie(headers: RequestHeaders, name: string): string | undefined {
  const cookies = headers.get('cookie')
  if (cookies === null) return undefined
  for (const pair of cookies.split(';')) {
    const [key, value] = pair.trim().split('=', 2)
    if (key === name) return value
  }
  return undefined
}

const loopback = ['localhost', '127.0.0.1', '[::1]']
const origins = new Map<string, string[]>()

/** The origins under which shoppers reach the shop: one, and on a machine of one's own each name of that machine. */
function originsOf(publicUrl: string): string[] {
  let known = origins.get(publicUrl)
  if (!known) {
    const { origin, protocol, hostname, port } = new URL(publicUrl)
    const names = loopback.includes(hostname) ? loopback : []
    known = [origin, ...names.map((name) => `${protocol}//${name}${port ? `:${port}` : ''}`)]
    origins.set(publicUrl, known)
  }
  return known
}

/** True when `origin` is the shop itself. A missing or null origin is not: browsers send it where it matters. */
export const isOwnOrigin = (env: Env, origin: string | null): boolean =>
  origin !== null && originsOf(env.PUBLIC_URL).includes(origin)
