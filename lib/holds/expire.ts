import { runScript } from '../../db/define-script'
import { saleKeys } from '../../db/keys'
import { config } from '../config'
import type { Context } from '../context'
import { expireScript } from './expire.lua'

/**
 * Ends every open hold of a sale that is due, in bounded steps so that Redis serves buyers in between (I8). Returns how
 * many. Reserving reclaims by itself; this one makes units visible as free when nobody tries.
 */
export async function expireHolds(ctx: Pick<Context, 'redis'>, saleId: string): Promise<number> {
  const most = config.hold.reclaimPerSweep
  let total = 0
  for (;;) {
    const { ended } = await runScript(ctx.redis, expireScript, saleKeys(saleId), { most })
    total += ended
    if (ended < most) return total
  }
}
