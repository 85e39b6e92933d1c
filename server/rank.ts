import type { IncomingMessage } from 'node:http'
import { config } from '../lib/config'
import type { Context } from '../lib/context'
import { admissionCookie, admittedUntil } from '../lib/rooms/ticket'
import { knownSale } from '../lib/sales/catalog'
import type { RequestHeaders } from '../lib/web/api-request'
import { callerOf, readCookie } from '../lib/web/identity'
import type { Rank } from './overload'

const { cost } = config.overload

/** What is answered from memory, and the probes: turning them away would cost as much as answering. */
const free = /^\/(livez|readyz|api\/v1\/sales\/[\w-]+\/live)$/
const reserve = /^\/api\/v1\/sales\/([\w-]+)\/cart\/items\/[\w-]+$/
const salePage = /^\/sales\/([\w-]+)$/
const ownPage = /^\/(cart|checkout|orders)(\/|$)/
/** Calls about a cart or an order that is there, or about to be one. */
const ownCall = /^\/api\/v1\/(orders\/|sales\/[\w-]+\/(cart|orders)(\/|$))/

export const isReserve = (method: string | undefined, path: string) => method === 'PUT' && reserve.test(path)

/** What a request costs, in calls of the API. */
export function costOf(method: string | undefined, path: string): number {
  if (free.test(path)) return 0
  if (path.startsWith('/api/')) return cost.call
  if (path.startsWith('/_next/') || /\.[a-z\d]{2,5}$/i.test(path)) return cost.file
  if (method === 'POST') return cost.form
  return ownPage.test(path) ? cost.ownPage : cost.page
}

/**
 * Whom a request comes from, by its signatures alone: no store is asked. Before everybody else go those who hold an
 * admission where they reserve, and buyers with their carts, orders and payments; last come strangers who ask for pages
 * of their own. It decides nothing but the order: every guard of the call itself is still to come.
 */
export function rankOf(ctx: Context, request: IncomingMessage, path: string): Rank {
  const headers = { get: (name: string) => joined(request.headers[name]) }
  const { buyerId } = callerOf(ctx.env, headers)
  if (buyerId === undefined) return ownPage.test(path) ? 'last' : 'newcomer'
  const slug = request.method === 'GET' ? undefined : (reserve.exec(path)?.[1] ?? salePage.exec(path)?.[1])
  if (slug !== undefined) return isAdmitted(ctx, headers, slug, buyerId) ? 'shopper' : 'newcomer'
  const isOwn = ownCall.test(path) || ownPage.test(path) || path.startsWith('/_next/')
  return isOwn ? 'shopper' : 'newcomer'
}

/** An admission that is over goes first too: that costs little, and whether it is over only Redis' clock can say. */
function isAdmitted(ctx: Context, headers: RequestHeaders, slug: string, buyerId: string): boolean {
  const sale = knownSale(ctx, slug)
  const admission = headers.get('admission') ?? readCookie(headers, admissionCookie(slug))
  return (
    sale !== null && admittedUntil(ctx.env.APP_SECRET, { saleId: sale.id, buyerId }, admission, 0) !== null
  )
}

const joined = (value: string | string[] | undefined) =>
  Array.isArray(value) ? value.join(', ') : (value ?? null)
