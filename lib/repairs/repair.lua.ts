import { z } from 'zod'
import { defineScript } from '../../db/define-script'
import { saleFragment, unitsFragment } from '../units/fragments.lua'
import { hoardingFragment } from '../units/hoarding.lua'

/**
 * Mends what the reconciler found, checking each finding again in the same atomic step. `withhold`: units that are
 * free here but owned in the ledger stop being free. `restore`: units that nobody has become free, unless a hold has
 * them by now. `recount`: what networks set aside is summed up anew. `boughtBy` and `sold`: counts that still are as they were `read` become the ledger's. A buyer with a frozen
 * hold may have a payment on its way, which will count itself; then `sold` waits, so that the next reading comes back.
 */
export const repairScript = defineScript({
  name: 'repair',
  keys: ['state', 'items', 'free', 'holds', 'bought', 'lapses', 'networks'],
  args: {
    epoch: 'string',
    withhold: 'json',
    restore: 'json',
    recount: 'string',
    sold: 'json',
    boughtBy: 'json',
  },
  uses: [saleFragment, unitsFragment, hoardingFragment],
  body: /* lua */ `
local sale = loadSale()
if sale.epoch ~= epoch or sale.loading then return cjson.encode({ withheld = 0, restored = 0 }) end
local withheld, restored = 0, 0
for _, unit in ipairs(withhold) do
  local item = loadItem(unit.item)
  local member = item.position .. ':' .. string.format('%d', unit.number)
  if unit.number >= item.next then
    local skipped = {}
    for number = item.next, unit.number - 1 do table.insert(skipped, number) end
    giveBack(unit.item, skipped, 0)
    redis.call('HSET', items, unit.item .. ':next', unit.number + 1)
    withheld = withheld + 1
  else
    withheld = withheld + redis.call('ZREM', free, member)
  end
end
if #restore > 0 then
  local taken = {}
  for _, json in ipairs(redis.call('HVALS', holds)) do
    for _, line in ipairs(cjson.decode(json).lines) do
      for _, number in ipairs(line.numbers) do taken[line.item .. ':' .. number] = true end
    end
  end
  for _, unit in ipairs(restore) do
    local item = loadItem(unit.item)
    if unit.number < item.next and not taken[unit.item .. ':' .. unit.number] then
      giveBack(unit.item, { unit.number }, 0)
      restored = restored + 1
    end
  end
end
if recount == 'yes' then
  redis.call('UNLINK', networks)
  for _, json in ipairs(redis.call('HVALS', holds)) do
    local hold = cjson.decode(json)
    countUnits(hold, unitsIn(hold))
  end
end
local complete = true
for _, count in ipairs(boughtBy) do
  local field = count.buyer .. ':' .. count.item
  local json = redis.call('HGET', holds, count.buyer)
  local frozen = json and cjson.decode(json).state == 'ordered'
  if frozen or tonumber(redis.call('HGET', bought, field) or 0) ~= count.read then complete = false
  else redis.call('HSET', bought, field, count.ledger) end
end
for _, count in ipairs(complete and sold or {}) do
  local item = loadItem(count.item)
  if item.sold == count.read then redis.call('HSET', items, count.item .. ':sold', count.ledger) end
end
return cjson.encode({ withheld = withheld, restored = restored })
`,
  reply: z.object({ withheld: z.number(), restored: z.number() }),
})
