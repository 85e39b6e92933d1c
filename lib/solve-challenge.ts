import { solveChallenge } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2'

export type Challenge = Parameters<typeof solveChallenge>[0]['challenge']

/** Does the work that joining asks for, about a second of it, and packs it as the shop expects. */
export async function solve(challenge: Challenge): Promise<string> {
  const solution = await solveChallenge({ challenge, deriveKey })
  if (!solution) throw new Error('The work took too long.')
  return btoa(JSON.stringify({ challenge, solution }))
}
