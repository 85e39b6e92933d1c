import { randomBytes } from 'node:crypto'
import { isLedgerBusy } from '../../db/postgres'
import { isPassing } from '../../db/redis'
import type { Context } from '../context'
import { describeError } from '../log'
import { ProviderSilent } from '../payments/types'
import { type Refused, refused } from '../result'

/**
 * What a thrown fault becomes at an entry point. A store or provider that does not answer is `try_again`, never a yes
 * (I16); anything else is logged once with a reference and shown without its text.
 */
export function refusalFor(ctx: Pick<Context, 'log'>, where: string, error: unknown): Refused {
  if (isPassing(error) || isLedgerBusy(error) || error instanceof ProviderSilent) {
    ctx.log.warn({ where, ...describeError(error) }, 'a store did not answer')
    return refused('try_again', { retryAfterSeconds: 1 })
  }
  const reference = randomBytes(5).toString('hex')
  ctx.log.error({ where, reference, ...describeError(error) }, 'fault')
  return refused('internal', { reference })
}
