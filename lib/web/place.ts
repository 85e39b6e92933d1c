import { estimateRedisNow } from '../../db/redis-clock'
import { config } from '../config'
import type { Context } from '../context'
import type { Turn } from '../contract'
import { type Refused, refused } from '../result'
import { join } from '../rooms/join'
import {
  admissionCookie,
  admittedUntil,
  readTicket,
  ticketCookie,
  waitCookie,
  waitFrom,
  waitLeft,
} from '../rooms/ticket'
import { findSale } from '../sales/catalog'
import type { SaleRecord } from '../sales/record'
import type { ApiRequest } from './api-request'
import { takesWork } from './captcha'
import type { Cookie } from './endpoint'
import { refusalFor } from './faults'
import {
  buyerCookie,
  type Caller,
  callerOf,
  cookieOptions,
  cookieText,
  isOwnOrigin,
  newBuyer,
  readCookie,
} from './identity'
import { limiterOf } from './limiter'
import { respond, toResponse } from './respond'
import { takeTurn } from './turn'

/**
 * The waiting room without JavaScript. Everything that a browser knows of its place is in cookies out of reach of
 * scripts: when it began to wait, its ticket, its admission. Nothing is stored for it here.
 */

type Visit = {
  ctx: Context
  sale: SaleRecord
  caller: Caller
  now: number
  cookie(name: string): string | undefined
  /** Sets a cookie; an empty value removes it. */
  set(cookie: Cookie): void
}

/** Does one step of a visitor, and leads to the page that shows where they stand, or why nothing was done. */
async function step(
  ctx: Context,
  request: ApiRequest,
  slug: string,
  take: (visit: Visit) => Promise<Refused | undefined>,
): Promise<Response> {
  try {
    const sale = await findSale(ctx, slug)
    if (!sale?.room) return toResponse(respond(refused('not_found')))
    const headers = new Headers({ 'cache-control': 'no-store' })
    const refusal = await take({
      ...{ ctx, sale, now: await estimateRedisNow(ctx.redis) },
      caller: callerOf(ctx.env, request.headers),
      cookie: (name) => readCookie(request.headers, name),
      set: (cookie) => headers.append('set-cookie', cookieText(ctx.env, cookie)),
    })
    headers.set('location', `/sales/${sale.slug}/room/place${refusal ? `?refused=${refusal.reason}` : ''}`)
    return new Response(null, { status: 303, headers })
  } catch (error) {
    return toResponse(respond(refusalFor(ctx, 'place', error)))
  }
}

/**
 * Begins to wait for a place. Refused: bad_origin, too_many_requests, not_found (no room); captcha_required where hCaptcha
 * alone counts: a wait stands for work, and robots would choose it over hCaptcha.
 */
export const beginWait = (ctx: Context, request: ApiRequest, slug: string) =>
  step(ctx, request, slug, async ({ sale, caller, now, cookie, set }) => {
    if (!isOwnOrigin(ctx.env, caller.origin)) return refused('bad_origin')
    if (!takesWork(ctx.env)) return refused('captcha_required')
    const secret = ctx.env.APP_SECRET
    const known = caller.buyerId && { saleId: sale.id, buyerId: caller.buyerId }
    // Pressed again: whoever has a place or waits for one already goes on with that.
    const ticket = cookie(ticketCookie(slug)) ?? ''
    const wait = cookie(waitCookie(slug))
    if (known && (readTicket(secret, known, ticket) || waitLeft(secret, known, wait, now) !== undefined))
      return undefined
    const limited = await limiterOf(ctx)('wait', { address: caller.address })
    if (!limited.ok) return limited
    const minted = newBuyer(secret)
    if (!known) set({ name: buyerCookie, value: minted.token, maxAge: cookieOptions(ctx.env).maxAge })
    const owner = known || { saleId: sale.id, buyerId: minted.buyerId }
    const maxAge = config.room.waitGoodSeconds
    set({ name: waitCookie(slug), value: waitFrom(secret, owner, now), maxAge })
    return undefined
  })

/**
 * Takes what it is time for: the place once the wait is over, and the admission once it is the place's turn. Pages come
 * here by themselves, by GET, so it does nothing that a visitor could mind: a place that is there stays (I17).
 */
export const goOn = (ctx: Context, request: ApiRequest, slug: string) =>
  step(ctx, request, slug, async (visit) => {
    const { sale, caller, cookie, set } = visit
    if (!caller.buyerId) return undefined
    const kept = cookie(ticketCookie(slug))
    const { ticket, refusal } = kept === undefined ? await takePlace(visit, caller.buyerId) : { ticket: kept }
    if (ticket === undefined) return refusal
    const turn = await takeTurn(ctx, { sale, buyerId: caller.buyerId, ticket })
    // A place of somebody who used this browser before.
    if (!turn.ok) set({ name: ticketCookie(slug), value: '', maxAge: 0 })
    else if ('admission' in turn.value) {
      const { admissionSeconds } = config.room
      set({ name: admissionCookie(slug), value: turn.value.admission, maxAge: admissionSeconds })
    }
    return undefined
  })

async function takePlace(
  { ctx, sale, caller, now, cookie, set }: Visit,
  buyerId: string,
): Promise<{ ticket?: string; refusal?: Refused }> {
  const owner = { saleId: sale.id, buyerId }
  if (waitLeft(ctx.env.APP_SECRET, owner, cookie(waitCookie(sale.slug)), now) !== 0) return {}
  const limited = await limiterOf(ctx)('join', { buyerId, address: caller.address })
  if (!limited.ok) return { refusal: limited }
  const joined = await join(ctx, { sale, buyerId })
  if (!joined.ok) return { refusal: joined }
  const { ticket } = joined.value
  const secondsLeft = Math.ceil((sale.closesAt.getTime() - now) / 1000)
  set({ name: ticketCookie(sale.slug), value: ticket, maxAge: Math.max(1, secondsLeft) })
  set({ name: waitCookie(sale.slug), value: '', maxAge: 0 })
  return { ticket }
}

export type MyPlace =
  | { state: 'none' }
  /** The place is taken once this time is over. */
  | { state: 'begun'; seconds: number }
  | ({ state: 'placed' } & Exclude<Turn, { admission: string }>)
  /** It is their turn; `admitted`: and this browser has the admission. */
  | { state: 'turn'; admitted: boolean }

/** Where a visitor with these cookies stands. Changes nothing. */
export async function readPlace(
  ctx: Context,
  { sale, buyerId, cookie }: Pick<Visit, 'sale' | 'cookie'> & { buyerId: string },
): Promise<MyPlace> {
  const now = await estimateRedisNow(ctx.redis)
  const owner = { saleId: sale.id, buyerId }
  const secret = ctx.env.APP_SECRET
  if (admittedUntil(secret, owner, cookie(admissionCookie(sale.slug)), now) !== null) {
    return { state: 'turn', admitted: true }
  }
  const ticket = cookie(ticketCookie(sale.slug))
  const turn = ticket === undefined ? undefined : await takeTurn(ctx, { sale, buyerId, ticket })
  if (turn?.ok) {
    return 'admission' in turn.value ? { state: 'turn', admitted: false } : { state: 'placed', ...turn.value }
  }
  const left = waitLeft(secret, owner, cookie(waitCookie(sale.slug)), now)
  return left === undefined ? { state: 'none' } : { state: 'begun', seconds: Math.ceil(left / 1000) }
}
