import { setTimeout as sleep } from 'node:timers/promises'
import { isLedgerBusy } from '../../db/postgres'
import { isPassing } from '../../db/redis'
import type { Context } from '../../lib/context'
import { type Verification, verifySale } from '../../lib/repairs/verify'

/** Nothing may be wrong this long after the last fault (I15). */
const healedWithinMs = 15_000
const betweenMs = 250

export type Healing = {
  /** Since the last fault and the crowd; null when it did not happen in time. */
  healedAfterMs: number | null
  /** What was still wrong a moment before, a line each. */
  healedLast: string[]
}

/**
 * Verifies a sale again and again until every invariant holds, for 15 s since `sinceMs` (on the clock of
 * `performance.now()`).
 */
export async function untilHealed(
  ctx: Context,
  sale: { id: string; slug: string },
  sinceMs: number,
): Promise<Healing> {
  let healedLast: string[] = []
  for (;;) {
    const found = await tryVerify(ctx, sale)
    const tookMs = Math.round(performance.now() - sinceMs)
    if (found?.ok) return { healedAfterMs: tookMs, healedLast }
    healedLast = found ? wrongIn(found) : ['a store that did not answer']
    if (tookMs > healedWithinMs) return { healedAfterMs: null, healedLast }
    await sleep(betweenMs)
  }
}

const wrongIn = ({ checks }: Verification) =>
  checks.filter(({ ok }) => !ok).map(({ invariant, says }) => `${invariant} ${says}`)

/** A store that is only just back may still refuse the first call. */
async function tryVerify(ctx: Context, sale: { id: string; slug: string }): Promise<Verification | null> {
  try {
    return await verifySale(ctx, sale, 1)
  } catch (error) {
    if (isPassing(error) || isLedgerBusy(error)) return null
    throw error
  }
}
