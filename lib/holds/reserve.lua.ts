import { z } from 'zod'
import { defineScript } from '../../db/define-script'
import {
  guardFragment,
  holdFragment,
  reclaimFragment,
  saleFragment,
  unitsFragment,
} from '../units/fragments.lua'
import { cartReplySchema } from '../units/hold-record'

/**
 * "Make this buyer's hold contain exactly `quantity` of `item`": running it again changes nothing (I5). Returned
 * numbers go out before new ones. The first reserve sets the deadline and no later one moves it.
 */
export const reserveScript = defineScript({
  name: 'reserve',
  keys: ['state', 'items', 'free', 'holds', 'due', 'bought'],
  args: {
    epoch: 'string',
    notAfterMs: 'number',
    buyer: 'string',
    itemId: 'string',
    quantity: 'number',
    newHoldId: 'string',
    ifVersion: 'number',
    reclaimMost: 'number',
  },
  uses: [saleFragment, guardFragment, holdFragment, unitsFragment, reclaimFragment],
  body: /* lua */ `
local function refuse(code) return cjson.encode({ code = code }) end
local sale = loadSale()
local outdated = stale(sale)
if outdated then return refuse(outdated) end
local item = loadItem(itemId)
if not item then return refuse('not_found') end
local hold = findHold(sale, buyer)
if hold and hold.state == 'ordered' then return refuse('already_ordered') end
local line, at
for i, l in ipairs(hold and hold.lines or {}) do if l.item == itemId then line, at = l, i end end
local more = quantity - (line and #line.numbers or 0)
-- A repeat finds its wish fulfilled and the version moved on: that is no conflict.
if more ~= 0 and ifVersion >= 0 and (hold and hold.version or 0) ~= ifVersion then return refuse('cart_changed') end
if more > 0 then
  if sale.now < sale.opensAt then return refuse('not_open') end
  if sale.now >= sale.closesAt then return refuse('closed') end
  if sale.pausedAt then return refuse('paused') end
  local paid = tonumber(redis.call('HGET', bought, buyer .. ':' .. itemId) or 0)
  if paid + quantity > item.limit then return refuse('limit_reached') end
  if countFree(item) < more then reclaim(sale, reclaimMost) end
  if countFree(item) < more then return refuse(item.sold >= item.allocation and 'sold_through' or 'empty_now') end
elseif not hold then
  return refuse('not_found')
end

if not hold then
  local lapsed = readHold(buyer)
  for _, l in ipairs(lapsed and lapsed.lines or {}) do giveBack(l.item, l.numbers) end
  hold = { id = newHoldId, deadline = sale.saleNow + sale.holdMs, extended = 0, extension = '', version = 0, lines = {} }
end
if more > 0 then
  if not line then
    line = { item = itemId, numbers = {}, price = item.price }
    table.insert(hold.lines, line)
  end
  local returned = redis.call('ZRANGEBYSCORE', free, item.base, item.base + 4294967295, 'LIMIT', 0, more)
  for _, member in ipairs(returned) do
    redis.call('ZREM', free, member)
    table.insert(line.numbers, tonumber(string.match(member, ':(%d+)$')))
  end
  local fresh = more - #returned
  for number = item.next, item.next + fresh - 1 do table.insert(line.numbers, number) end
  if fresh > 0 then redis.call('HINCRBY', items, itemId .. ':next', fresh) end
  -- A cart filled again after its order ended is another hold: the ledger has one order for each (I4).
  if hold.state ~= 'open' then hold.id, hold.state = newHoldId, 'open' end
elseif more < 0 then
  local returned = {}
  for _ = 1, -more do table.insert(returned, table.remove(line.numbers)) end
  giveBack(itemId, returned)
  if #line.numbers == 0 then table.remove(hold.lines, at) end
end
if more ~= 0 then
  hold.version = hold.version + 1
  writeHold(buyer, hold)
end
return cartReply(sale, hold)
`,
  reply: z.discriminatedUnion('code', [
    cartReplySchema,
    z.object({
      code: z.enum([
        'too_late',
        'stale_epoch',
        'not_found',
        'already_ordered',
        'cart_changed',
        'not_open',
        'closed',
        'paused',
        'limit_reached',
        'empty_now',
        'sold_through',
      ]),
    }),
  ]),
})
