import { type NextRequest, NextResponse } from 'next/server'
import { context } from './lib/open-context'
import { readOrder } from './lib/orders/read'
import { idPatterns } from './lib/patterns'
import { buyerCookie, readToken } from './lib/web/identity'

/** Pages for everybody stay away from here, so that they cost nothing more. */
export const config = { matcher: '/orders/:id' }

/**
 * Gives an order that is not there, or not the visitor's, its true status (I13): a page that streams has sent its 200
 * before it knows. It protects nothing: the page and its actions ask again themselves.
 */
export async function proxy(request: NextRequest) {
  const orderId = request.nextUrl.pathname.split('/')[2] ?? ''
  return (await isThere(request, orderId))
    ? NextResponse.next()
    : NextResponse.rewrite(new URL('/orders', request.url))
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
