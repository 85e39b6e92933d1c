import { z } from 'zod'
import { defineScript, luaArray } from '../../db/define-script'
import { saleFragment, unitsFragment } from '../units/fragments.lua'

/**
 * One consistent reading of a sale's phase and counts. Available is what can be reserved now; held is what is neither
 * that nor sold, so a unit that was given back counts as held until its moment has come, for everybody alike.
 */
export const liveScript = defineScript({
  name: 'live',
  keys: ['state', 'items', 'free', 'joiners'],
  args: { itemIds: 'json' },
  uses: [saleFragment, unitsFragment],
  body: /* lua */ `
local sale = loadSale()
if not sale.epoch or sale.loading then return cjson.encode({ code = 'stale_epoch' }) end
local counts = {}
for _, id in ipairs(itemIds) do
  local item = loadItem(id)
  if item then
    table.insert(counts, { id = id, available = countReady(sale, item), sold = item.sold, allocation = item.allocation })
  end
end
local phase = 'open'
if sale.now >= sale.closesAt then phase = 'closed'
elseif sale.pausedAt then phase = 'paused'
elseif sale.now < sale.opensAt then phase = 'upcoming' end
return cjson.encode({ code = 'ok', now = sale.now, epoch = sale.epoch, phase = phase, opensAt = sale.opensAt,
  closesAt = sale.closesAt, items = counts, joiners = redis.call('PFCOUNT', joiners) })
`,
  reply: z.discriminatedUnion('code', [
    z.object({
      code: z.literal('ok'),
      now: z.number(),
      epoch: z.string(),
      phase: z.enum(['upcoming', 'open', 'paused', 'closed']),
      opensAt: z.number(),
      closesAt: z.number(),
      joiners: z.int(),
      items: luaArray(
        z.object({ id: z.string(), available: z.number(), sold: z.number(), allocation: z.number() }),
      ),
    }),
    z.object({ code: z.literal('stale_epoch') }),
  ]),
})
