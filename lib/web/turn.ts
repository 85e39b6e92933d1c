import { estimateRedisNow } from '../../db/redis-clock'
import type { Context } from '../context'
import type { Turn } from '../contract'
import { outlookOf } from '../outlook'
import { ok, type Result } from '../result'
import { admit } from '../rooms/admit'
import type { SaleRecord } from '../sales/record'
import { thresholdAt } from '../segments'
import { knownLive } from './live'

type Request = { sale: SaleRecord; buyerId: string; ticket: string }

/**
 * `admit`, and for those who still wait whether what is left may reach them: the tail is told early. From process memory
 * alone, so that a poll costs no command of Redis however many come.
 */
export async function takeTurn(ctx: Context, request: Request): Promise<Result<Turn>> {
  const turn = await admit(ctx, request)
  if (!turn.ok || 'admission' in turn.value) return turn as Result<Turn>
  const { position } = turn.value
  const live = knownLive(ctx, request.sale.slug)
  if (!live || position === null) return ok({ ...turn.value, outlook: null })
  const admitted = thresholdAt(request.sale.room?.segments ?? [], await estimateRedisNow(ctx.redis))
  const outlook = outlookOf(live.items, Math.max(0, position - Math.floor(admitted)))
  return ok({ ...turn.value, outlook })
}
