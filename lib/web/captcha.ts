import { estimateRedisNow } from '../../db/redis-clock'
import { config } from '../config'
import type { Context } from '../context'
import type { Challenge } from '../contract'
import { ok, type Result, refused } from '../result'
import { isSame, sign } from '../sign'
import type { Proof } from '../units/proof'
import { verifyToken } from './hcaptcha'
import { newWork, readWork } from './work'

/** Whom a proof is for: it is worth nothing to another buyer or in another sale. */
export type Owner = { saleId: string; buyerId: string }

/** Until when a proof that is made now is good, on the clock that all processes share. */
const untilMs = async (ctx: Context) =>
  (await estimateRedisNow(ctx.redis)) + config.captcha.proofSeconds * 1_000

/** A robot takes the cheaper of two ways, so beside hCaptcha work counts only where the shop says so. */
export const takesWork = ({ HCAPTCHA_SITE_KEY, HCAPTCHA_OR_WORK }: Context['env']) =>
  HCAPTCHA_SITE_KEY === undefined || HCAPTCHA_OR_WORK === '1'

/** What this buyer has to do for a proof in this sale. Costs no store. */
export async function newChallenge(ctx: Context, owner: Owner): Promise<Challenge> {
  const { HCAPTCHA_SITE_KEY: siteKey, HCAPTCHA_SCRIPT_URL: scriptUrl } = ctx.env
  return {
    work: takesWork(ctx.env) ? await newWork(ctx, owner, await untilMs(ctx)) : null,
    hcaptcha: siteKey === undefined ? null : { siteKey, scriptUrl },
  }
}

const nameOf = ({ saleId, buyerId }: Owner, rest: string) => `${saleId}|${buyerId}|${rest}`

/** A proof as text that we signed. Nothing is stored: what is signed is what was checked. */
export function textOf(secret: string, owner: Owner, { id, untilMs }: Proof): string {
  const said = `${untilMs}.${id}`
  return `${said}.${sign(secret, `proof|${nameOf(owner, said)}`)}`
}

const signedProof = /^(\d{13})\.([\w-]{32})\.[\w-]{32}$/

/**
 * Exchanges a token of hCaptcha for a proof of our own, so that nobody else is asked once a sale opens. The same token
 * again gives the same proof. Refused: not_found (no keys), captcha_failed, try_again.
 */
export async function exchangeToken(
  ctx: Context,
  owner: Owner,
  given: { token: string; address: string },
): Promise<Result<{ captcha: string; until: string }>> {
  const { APP_SECRET, HCAPTCHA_SITE_KEY } = ctx.env
  if (HCAPTCHA_SITE_KEY === undefined) return refused('not_found')
  const verified = await verifyToken(ctx, owner, given)
  if (!verified.ok) return verified
  const proof = {
    id: sign(APP_SECRET, `proof-id|${nameOf(owner, given.token)}`),
    untilMs: await untilMs(ctx),
  }
  return ok({ captcha: textOf(APP_SECRET, owner, proof), until: new Date(proof.untilMs).toISOString() })
}

/**
 * The proof that a call came with: work that was done, or what a token of hCaptcha was exchanged for. Costs no store and
 * asks nobody. Refused: captcha_required (none came), captcha_failed (too old, of another buyer or sale, or no proof).
 */
export async function checkProof(
  ctx: Context,
  owner: Owner,
  captcha: string | undefined,
): Promise<Result<Proof>> {
  if (!captcha) return refused('captcha_required')
  const proof = readSigned(ctx.env.APP_SECRET, owner, captcha) ?? (await readSolved(ctx, owner, captcha))
  return proof && proof.untilMs > (await estimateRedisNow(ctx.redis)) ? ok(proof) : refused('captcha_failed')
}

function readSigned(secret: string, owner: Owner, captcha: string): Proof | null {
  const [, until, id = ''] = signedProof.exec(captcha) ?? []
  const proof = { id, untilMs: Number(until) }
  return until && isSame(captcha, textOf(secret, owner, proof)) ? proof : null
}

const readSolved = async (ctx: Context, owner: Owner, captcha: string) =>
  takesWork(ctx.env) ? readWork(ctx, owner, captcha) : null
