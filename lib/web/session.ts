import type { Context } from '../context'
import { ok, refused } from '../result'
import type { ApiRequest } from './api-request'
import { refusalFor } from './faults'
import { buyerCookie, callerOf, cookieOptions, cookieText, isOwnOrigin, newBuyer, tokenOf } from './identity'
import { limiterOf } from './limiter'
import { type Reply, respond } from './respond'

/** Gives a browser or client its signed identity; one that has a valid one keeps it. */
export async function answerSession(ctx: Context, request: ApiRequest): Promise<Reply> {
  try {
    const caller = callerOf(ctx.env, request.headers)
    if (caller.via === 'cookie' && !isOwnOrigin(ctx.env, caller.origin)) return respond(refused('bad_origin'))
    const limited = await limiterOf(ctx)('session', { address: caller.address })
    if (!limited.ok) return respond(limited)
    const secret = ctx.env.APP_SECRET
    const session = caller.buyerId
      ? { buyerId: caller.buyerId, token: tokenOf(secret, caller.buyerId) }
      : newBuyer(secret)
    const { maxAge } = cookieOptions(ctx.env)
    const cookie = cookieText(ctx.env, { name: buyerCookie, value: session.token, maxAge })
    const reply = respond(ok(session))
    return { ...reply, headers: { ...reply.headers, 'set-cookie': cookie } }
  } catch (error) {
    return respond(refusalFor(ctx, 'session', error))
  }
}
