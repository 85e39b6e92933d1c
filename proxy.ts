import { type NextRequest, NextResponse } from 'next/server'
import { messages } from './lib/messages'
import { context } from './lib/open-context'
import { readOrder } from './lib/orders/read'
import { idPatterns } from './lib/patterns'
import { may, permissionOfPage } from './lib/permissions'
import { accountOf, sessionCookie } from './lib/web/auth'
import { buyerCookie, readToken } from './lib/web/identity'
import { plainPage } from './server/plain-page'

/** Pages for everybody stay away from here, so that they cost nothing more. */
export const config = { matcher: ['/orders/:id', '/admin/:path*'] }

/**
 * Gives a page its true status: a page that streams has sent its 200 before it knows. It protects nothing: each page and
 * action asks again itself.
 */
export async function proxy(request: NextRequest) {
  const { pathname } = request.nextUrl
  if (pathname.startsWith('/admin')) return proxyAdmin(request, pathname)
  // An order that is not there, or not the visitor's (I13).
  return (await isThere(request, pathname.split('/')[2] ?? ''))
    ? NextResponse.next()
    : NextResponse.rewrite(new URL('/orders', request.url))
}

const noStore = { 'cache-control': 'private, no-store' }

/** Whoever is not signed in is led to where they can; whoever may not see a page gets 403. A form answers for itself. */
async function proxyAdmin(request: NextRequest, pathname: string): Promise<NextResponse> {
  const permission = permissionOfPage(pathname)
  if (request.method !== 'GET' || permission === undefined || permission === 'nobody')
    return NextResponse.next({ headers: noStore })
  const ctx = context()
  try {
    const account = await accountOf(ctx, request.cookies.get(sessionCookie(ctx.env))?.value)
    if (!account) {
      const login = new URL(`/admin/login?to=${encodeURIComponent(pathname)}`, ctx.env.PUBLIC_URL)
      return NextResponse.redirect(login, { headers: noStore })
    }
    if (may(account.role, permission)) return NextResponse.next({ headers: noStore })
    const { status, sentence, next } = messages.forbidden
    const page = plainPage({ title: sentence.replace(/\.$/, ''), lines: [next] })
    return new NextResponse(page, {
      status,
      headers: { ...noStore, 'content-type': 'text/html; charset=utf-8' },
    })
  } catch {
    // A store that does not answer: the page says so.
    return NextResponse.next({ headers: noStore })
  }
}

async function isThere(request: NextRequest, orderId: string): Promise<boolean> {
  if (!idPatterns.order.test(orderId)) return false
  const ctx = context()
  const cookie = request.cookies.get(buyerCookie)?.value
  const buyerId = cookie === undefined ? undefined : readToken(ctx.env.APP_SECRET, cookie)
  const token = request.nextUrl.searchParams.get('t') ?? undefined
  try {
    const order = await readOrder(ctx, { orderId, buyerId, token })
    return order.ok || order.reason !== 'not_found'
  } catch {
    // A store that does not answer: the page says so.
    return true
  }
}
