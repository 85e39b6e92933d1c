import { createChallenge, randomInt, verifySolution } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2'
import { z } from 'zod'
import type { Context } from '../context'
import { ok, type Result, refused } from '../result'

/** A proof is made before a sale opens and used once the shopper is ready. */
const validSeconds = 1_200
/** How many keys the browser has to try, at least and at most: the shop knows the right one beforehand. */
const tries = { least: 300, most: 600 }

type Owner = { saleId: string; buyerId: string }

/** Keys of their own, derived from the shop's secret. */
const secretsOf = (env: Context['env']) => ({
  hmacSignatureSecret: `captcha:${env.APP_SECRET}`,
  hmacKeySignatureSecret: `captcha-key:${env.APP_SECRET}`,
})

/**
 * Work for one buyer in one sale. Nothing of it is stored: it is signed, and bound to both, so that a solution replayed
 * by anybody else proves nothing, and replayed by its own buyer only joins again.
 */
export const newChallenge = ({ env }: Pick<Context, 'env'>, owner: Owner) =>
  createChallenge({
    algorithm: 'PBKDF2/SHA-256',
    cost: env.CAPTCHA_COST,
    counter: randomInt(tries.most, tries.least),
    data: owner,
    expiresAt: Math.floor(Date.now() / 1000) + validSeconds,
    deriveKey,
    ...secretsOf(env),
  })

const payloadSchema = z.object({
  challenge: z.object({
    parameters: z.looseObject({ data: z.object({ saleId: z.string(), buyerId: z.string() }) }),
    signature: z.string(),
  }),
  solution: z.object({ counter: z.int().min(0), derivedKey: z.string() }),
})

function read(captcha: string) {
  try {
    return payloadSchema.safeParse(JSON.parse(Buffer.from(captcha, 'base64').toString())).data
  } catch {
    return undefined
  }
}

/** Checks a solution (base64 of JSON) without any store. Refused: captcha_required, captcha_failed. */
export async function checkProof(
  { env }: Pick<Context, 'env'>,
  owner: Owner,
  captcha: string | undefined,
): Promise<Result<null>> {
  if (!captcha) return refused('captcha_required')
  const payload = read(captcha)
  const { data } = payload?.challenge.parameters ?? {}
  if (!payload || data?.saleId !== owner.saleId || data.buyerId !== owner.buyerId)
    return refused('captcha_failed')
  const given = payload as unknown as Pick<Parameters<typeof verifySolution>[0], 'challenge' | 'solution'>
  const { verified } = await verifySolution({ ...given, deriveKey, ...secretsOf(env) })
  return verified ? ok(null) : refused('captcha_failed')
}
