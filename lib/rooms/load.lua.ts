import { z } from 'zod'
import { defineScript } from '../../db/define-script'
import { saleFragment, unitsFragment } from '../units/fragments.lua'

/** What a room needs to know of its sale: one consistent reading. */
export const loadScript = defineScript({
  name: 'room_load',
  keys: ['state', 'items', 'free', 'holds', 'bought', 'orders'],
  args: { itemIds: 'json', group: 'string' },
  uses: [saleFragment, unitsFragment],
  body: /* lua */ `
local sale = loadSale()
if not sale.epoch or sale.loading then return cjson.encode({ code = 'stale_epoch' }) end
local units = 0
for _, id in ipairs(itemIds) do
  local item = loadItem(id)
  if item then units = units + countReady(sale, item) end
end
local unclaimed = 0
for _, flat in ipairs(redis.call('XINFO', 'GROUPS', orders)) do
  local g = {}
  for at = 1, #flat, 2 do g[flat[at]] = flat[at + 1] end
  if g.name == group then unclaimed = (tonumber(g.lag) or 0) + (tonumber(g.pending) or 0) end
end
return cjson.encode({ code = 'ok', now = sale.now, unclaimed = unclaimed, free = units,
  came = redis.call('HLEN', holds) + redis.call('HLEN', bought),
  isShut = sale.pausedAt ~= nil or sale.now < sale.opensAt or sale.now >= sale.closesAt })
`,
  reply: z.discriminatedUnion('code', [
    z.object({
      ...{ code: z.literal('ok'), now: z.number(), free: z.int(), came: z.int(), unclaimed: z.int() },
      isShut: z.boolean(),
    }),
    z.object({ code: z.literal('stale_epoch') }),
  ]),
})
