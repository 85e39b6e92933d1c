import { createChallenge, randomInt, verifySolution } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2'
import { z } from 'zod'
import { config } from '../config'
import type { Context } from '../context'
import type { Challenge } from '../contract'
import type { Proof } from '../units/proof'
import type { Owner } from './captcha'

/** Keys of their own, derived from the shop's secret. */
export const secretsOf = (env: Context['env']) => ({
  hmacSignatureSecret: `captcha:${env.APP_SECRET}`,
  hmacKeySignatureSecret: `captcha-key:${env.APP_SECRET}`,
})

/**
 * Work for one buyer in one sale, good until a moment. Nothing of it is stored: it is signed, and bound to both, so that
 * a solution replayed by anybody else proves nothing.
 */
export async function newWork(
  { env }: Pick<Context, 'env'>,
  owner: Owner,
  untilMs: number,
): Promise<NonNullable<Challenge['work']>> {
  const { parameters, signature = '' } = await createChallenge({
    algorithm: 'PBKDF2/SHA-256',
    cost: env.CAPTCHA_COST,
    counter: randomInt(config.captcha.mostTries, config.captcha.leastTries),
    data: { ...owner, untilMs },
    deriveKey,
    ...secretsOf(env),
  })
  return { parameters: { ...parameters }, signature }
}

const solvedSchema = z.object({
  challenge: z.object({
    parameters: z.looseObject({
      nonce: z.string(),
      data: z.object({ saleId: z.string(), buyerId: z.string(), untilMs: z.int() }),
    }),
    signature: z.string(),
  }),
  solution: z.object({ counter: z.int().min(0), derivedKey: z.string() }),
})

function read(captcha: string) {
  try {
    return solvedSchema.safeParse(JSON.parse(Buffer.from(captcha, 'base64').toString())).data
  } catch {
    return undefined
  }
}

/** The proof that a solution is (base64 of JSON), checked without any store; null for one that is none of this buyer's. */
export async function readWork(
  { env }: Pick<Context, 'env'>,
  owner: Owner,
  captcha: string,
): Promise<Proof | null> {
  const solved = read(captcha)
  if (!solved) return null
  const { nonce, data } = solved.challenge.parameters
  if (data.saleId !== owner.saleId || data.buyerId !== owner.buyerId) return null
  const given = solved as unknown as Pick<Parameters<typeof verifySolution>[0], 'challenge' | 'solution'>
  const { verified } = await verifySolution({ ...given, deriveKey, ...secretsOf(env) })
  // The nonce is signed: nobody can write it in another way and use the work again.
  return verified ? { id: nonce, untilMs: data.untilMs } : null
}
