import { isIP } from 'node:net'
import { z } from 'zod'
import { saleKeys } from '../../db/keys'
import { config } from '../config'
import type { Context } from '../context'
import { isTestSiteKey } from '../env'
import { describeError } from '../log'
import { ok, type Result, refused } from '../result'
import { sign } from '../sign'
import type { Owner } from './captcha'

const answerSchema = z.object({
  success: z.boolean(),
  hostname: z.string().nullish(),
  'error-codes': z.array(z.string()).default([]),
})

/** hCaptcha says this when it was asked about a token before, perhaps by a call of ours whose answer was lost. */
const alreadySeen = /already-seen/
/** These are our mistake: no shopper can do anything about them, and none is let through. */
const misconfigured = /secret/
/** The name of the host in answers about test keys. */
const testHost = 'dummy-key-pass'

type Given = { token: string; address: string }

/** Calls under way: the same token again, from the same buyer, waits for the answer to the first. */
const underWay = new Map<string, Promise<Result<null>>>()

/**
 * Asks hCaptcha about a token, once: it must be for our site key, solved on our host, and never seen before. The same
 * buyer in the same sale may send it again, when an answer was lost. Never open on failure: hCaptcha down, slow or
 * talking nonsense is `try_again`. Refused otherwise: captcha_failed.
 */
export async function verifyToken(ctx: Context, owner: Owner, given: Given): Promise<Result<null>> {
  const name = sign(ctx.env.APP_SECRET, `token|${owner.saleId}|${owner.buyerId}|${given.token}`)
  const known = underWay.get(name)
  if (known) return known
  const asked = verify(ctx, owner, given, name).finally(() => underWay.delete(name))
  underWay.set(name, asked)
  return asked
}

async function verify(ctx: Context, owner: Owner, given: Given, name: string): Promise<Result<null>> {
  const answer = await ask(ctx, given)
  if (!answer) return refused('try_again', { retryAfterSeconds: 3 })
  const codes = answer['error-codes'].join(' ')
  if (!answer.success) {
    if (misconfigured.test(codes) && !codes.includes('sitekey-secret-mismatch')) {
      ctx.log.error({ where: 'hcaptcha' }, 'hCaptcha does not take HCAPTCHA_SECRET')
      return refused('try_again', { retryAfterSeconds: 3 })
    }
    return alreadySeen.test(codes) && (await isMarked(ctx, owner, name))
      ? ok(null)
      : refused('captcha_failed')
  }
  const { HCAPTCHA_SITE_KEY = '', PUBLIC_URL } = ctx.env
  const host = isTestSiteKey(HCAPTCHA_SITE_KEY) ? testHost : new URL(PUBLIC_URL).hostname
  if (answer.hostname !== host) return refused('captcha_failed')
  await mark(ctx, owner, name)
  return ok(null)
}

/** What hCaptcha says; null when it says nothing in time, or nothing that we understand. */
async function ask(ctx: Context, { token, address }: Given) {
  const { HCAPTCHA_API_URL, HCAPTCHA_SECRET = '', HCAPTCHA_SITE_KEY = '' } = ctx.env
  const body = new URLSearchParams({ secret: HCAPTCHA_SECRET, response: token, sitekey: HCAPTCHA_SITE_KEY })
  if (isIP(address)) body.set('remoteip', address)
  try {
    const response = await fetch(new URL('/siteverify', HCAPTCHA_API_URL), {
      ...{ method: 'POST', body, redirect: 'error' },
      signal: AbortSignal.timeout(config.captcha.siteverifyTimeoutMs),
    })
    const answer = response.ok ? answerSchema.safeParse(await response.json()).data : undefined
    if (!answer) ctx.log.warn({ where: 'hcaptcha', status: response.status }, 'hCaptcha gave no answer')
    return answer ?? null
  } catch (error) {
    ctx.log.warn({ where: 'hcaptcha', ...describeError(error) }, 'hCaptcha gave no answer')
    return null
  }
}

const markLength = 11

/**
 * Accepted tokens leave a mark at a place that follows from the token, over whatever stood there: a repeat finds it for
 * as long as no other token came to the same place, and a million of them take no more room than a thousand.
 */
function placeOf(name: string) {
  const first = Buffer.from(name, 'base64url').readUInt32BE(0) % config.captcha.marks
  return { at: first * markLength, text: name.slice(-markLength) }
}

async function mark(ctx: Context, { saleId }: Owner, name: string): Promise<void> {
  const { at, text } = placeOf(name)
  await ctx.redis.setrange(saleKeys(saleId).marks, at, text)
}

async function isMarked(ctx: Context, { saleId }: Owner, name: string): Promise<boolean> {
  const { at, text } = placeOf(name)
  return (await ctx.redis.getrange(saleKeys(saleId).marks, at, at + markLength - 1)) === text
}
