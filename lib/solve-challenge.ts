import { solveChallenge } from 'altcha-lib'
// The one of browsers, which has the work done off the main thread; Node has it too.
import { deriveKey } from 'altcha-lib/algorithms/web/pbkdf2'
import type { Challenge } from './contract'

/** Does the work of a challenge, about a second of it, and packs it as calls take it. */
export async function solve(work: NonNullable<Challenge['work']>): Promise<string> {
  const challenge = work as unknown as Parameters<typeof solveChallenge>[0]['challenge']
  const solution = await solveChallenge({ challenge, deriveKey })
  if (!solution) throw new Error('The work took too long.')
  return btoa(JSON.stringify({ challenge, solution }))
}
