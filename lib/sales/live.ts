import { runScript } from '../../db/define-script'
import { saleKeys } from '../../db/keys'
import type { Context } from '../context'
import type { Live } from '../contract'
import { liveScript } from './live.lua'
import type { SaleRecord } from './record'

const iso = (ms: number) => new Date(ms).toISOString()

/** Phase and counts of a sale as Redis has them now; null while Redis has no state of this epoch (being rebuilt). */
export async function readLive(ctx: Pick<Context, 'redis'>, sale: SaleRecord): Promise<Live | null> {
  const reply = await runScript(ctx.redis, liveScript, saleKeys(sale.id), {
    itemIds: sale.items.map((item) => item.id),
  })
  if (reply.code !== 'ok') return null
  return {
    now: iso(reply.now),
    epoch: reply.epoch,
    phase: sale.room && reply.phase === 'upcoming' ? 'room' : reply.phase,
    opensAt: iso(reply.opensAt),
    closesAt: iso(reply.closesAt),
    items: reply.items.map((item) => ({
      id: item.id,
      available: item.available,
      held: item.allocation - item.available - item.sold,
      sold: item.sold,
      allocation: item.allocation,
      state: item.sold >= item.allocation ? 'sold_through' : item.available > 0 ? 'available' : 'empty_now',
    })),
    room: sale.room && {
      commitment: sale.room.commitment,
      seed: sale.room.seed,
      joiners: sale.room.joiners ?? reply.joiners,
      segments: sale.room.segments.map(({ atMs, ...rest }) => ({ at: iso(atMs), ...rest })),
    },
  }
}
