import { pbkdf2Sync } from 'node:crypto'
import { solveChallenge } from 'altcha-lib'
import type { Challenge } from '../../lib/contract'
import type { Buyer } from './buyer'
import type { Answer } from './client'
import type { Kind } from './meter'
import { ask, GaveUp, reasonOf, type Shop } from './shop'

type Work = NonNullable<Challenge['work']>
type Given = Parameters<typeof solveChallenge>[0]

/**
 * The work that a proof against robots takes, as browsers do it: a shop that is rehearsed makes it cheap with
 * CAPTCHA_COST. Nobody can do it for hCaptcha.
 */
export async function askWork(shop: Shop, { token }: Buyer, kind: Kind): Promise<Work> {
  const answer = await ask(shop, kind, { method: 'GET', path: `/api/v1/sales/${shop.slug}/challenge`, token })
  if (answer.status !== 200) throw new GaveUp(`challenge answered ${answer.status} ${reasonOf(answer)}`)
  const { work } = answer.body as Challenge
  if (!work) throw new GaveUp('the shop takes hCaptcha only, which no crowd of ours can solve')
  return work
}

/** Without a trip to another thread for each try, which costs several times as much as a cheap try itself. */
const deriveKeyHere: Given['deriveKey'] = async ({ cost, keyLength = 32 }, salt, password) => ({
  parameters: {},
  derivedKey: pbkdf2Sync(password, salt, cost, keyLength, 'sha256'),
})

/** Does the work, the same as a browser does, for thousands of shoppers on a part of one machine. */
export async function doWork(work: Work): Promise<string> {
  const challenge = work as unknown as Given['challenge']
  const solution = await solveChallenge({ challenge, deriveKey: deriveKeyHere, timeout: 0 })
  if (!solution) throw new Error('The proof was not found.')
  return btoa(JSON.stringify({ challenge, solution }))
}

export const prove = async (shop: Shop, buyer: Buyer, kind: Kind): Promise<string> =>
  doWork(await askWork(shop, buyer, kind))

/** Sends a call, and once more with a proof if the shop asks for one. */
export async function proven(
  shop: Shop,
  buyer: Buyer,
  kind: Kind,
  send: (proof: { captcha?: string }) => Promise<Answer>,
): Promise<Answer> {
  const answer = await send({})
  if (reasonOf(answer) !== 'captcha_required') return answer
  return send({ captcha: await prove(shop, buyer, kind) })
}
