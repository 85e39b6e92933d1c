import { z } from 'zod'
import { defineScript } from '../../db/define-script'
import {
  guardFragment,
  holdFragment,
  proofFragment,
  saleFragment,
  unitsFragment,
} from '../units/fragments.lua'
import { hoardingFragment, reclaimFragment } from '../units/hoarding.lua'
import { cartReplySchema } from '../units/hold-record'

/**
 * "Make this buyer's hold contain exactly `quantity` of `item`": running it again changes nothing (I5). Returned
 * numbers go out before new ones, and before both those that this hold gave back itself and nobody can have yet. The
 * first reserve sets the deadline and no later one moves it. `network` is empty where none is counted, and
 * `isPaidFor` spares whoever has paid already the wait after lapsed holds.
 */
export const reserveScript = defineScript({
  name: 'reserve',
  keys: ['state', 'items', 'free', 'holds', 'due', 'bought', 'lapses', 'networks', 'proofs'],
  args: {
    epoch: 'string',
    notAfterMs: 'number',
    buyer: 'string',
    itemId: 'string',
    quantity: 'number',
    newHoldId: 'string',
    ifVersion: 'number',
    reclaimMost: 'number',
    network: 'string',
    networkMost: 'number',
    isPaidFor: 'string',
    proof: 'string',
    forgetAtMs: 'number',
    forgetMost: 'number',
    freeReserves: 'number',
  },
  uses: [
    ...[saleFragment, guardFragment, holdFragment, unitsFragment, hoardingFragment, reclaimFragment],
    proofFragment,
  ],
  body: /* lua */ `
local function refuse(code) return cjson.encode({ code = code }) end
local sale = loadSale()
local outdated = stale(sale)
if outdated then return refuse(outdated) end
local item = loadItem(itemId)
if not item then return refuse('not_found') end
local hold, lapsed = findHold(sale, buyer)
if hold and hold.state == 'ordered' then return refuse('already_ordered') end
local line, at
for i, l in ipairs(hold and hold.lines or {}) do if l.item == itemId then line, at = l, i end end
local more = quantity - (line and #line.numbers or 0)
-- Counted where it is known anyway: changes of this hold since its last proof.
local asksProof = proof ~= '-' and more > 0 and hold and hold.version - (hold.proven or 0) >= freeReserves
-- A repeat finds its wish fulfilled and the version moved on: that is no conflict.
if more ~= 0 and ifVersion >= 0 and (hold and hold.version or 0) ~= ifVersion then return refuse('cart_changed') end
local mine = hold and stillMine(sale, hold, item) or {}
local net = network ~= '' and network or nil
if hold then net = hold.net end
local function isNetworkFull()
  return net and (redis.call('HGET', networks, net) or 0) + more > networkMost
end
if more > 0 then
  if sale.now < sale.opensAt then return refuse('not_open') end
  if sale.now >= sale.closesAt then return refuse('closed') end
  if sale.pausedAt then return refuse('paused') end
  if lapsed then endDue(sale, buyer, lapsed) end
  local _, coolsUntil = readLapses(buyer)
  if isPaidFor == 'no' and coolsUntil > sale.saleNow then
    return cjson.encode({ code = 'cool_down', waitMs = coolsUntil - sale.saleNow })
  end
  local paid = tonumber(redis.call('HGET', bought, buyer .. ':' .. itemId) or 0)
  if paid + quantity > item.limit then return refuse('limit_reached') end
  if isNetworkFull() or countReady(sale, item) + #mine < more then reclaim(sale, reclaimMost) end
  if isNetworkFull() then return refuse('network_full') end
  if countReady(sale, item) + #mine < more then return refuse(item.sold >= item.allocation and 'sold_through' or 'empty_now') end
  local missing = asksProof and unproven()
  if missing then return refuse(missing) end
elseif not hold then
  return refuse('not_found')
end

if not hold then
  hold = { id = newHoldId, net = net, deadline = sale.saleNow + sale.holdMs, extended = 0, extension = '', version = 0, lines = {} }
end
if asksProof then
  spendProof(sale)
  hold.proven = hold.version
end
if more > 0 then
  if not line then
    line = { item = itemId, numbers = {}, price = item.price }
    table.insert(hold.lines, line)
  end
  takeUnits(sale, item, more, mine, line.numbers)
  -- A cart filled again after its order ended is another hold: the ledger has one order for each (I4).
  if hold.state ~= 'open' then hold.id, hold.state, hold.lapsed = newHoldId, 'open', nil end
elseif more < 0 then
  local returned = {}
  for _ = 1, -more do table.insert(returned, table.remove(line.numbers)) end
  letGo(sale, hold, itemId, returned, mine)
  if #line.numbers == 0 then table.remove(hold.lines, at) end
end
if more ~= 0 then
  countUnits(hold, more)
  if #mine > 0 then
    hold.gave = hold.gave or {}
    hold.gave[itemId] = mine
  elseif hold.gave then hold.gave[itemId] = nil end
  hold.version = hold.version + 1
  writeHold(buyer, hold)
end
return cartReply(sale, hold)
`,
  reply: z.discriminatedUnion('code', [
    cartReplySchema,
    z.object({ code: z.literal('cool_down'), waitMs: z.number() }),
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
        'network_full',
        'empty_now',
        'sold_through',
        'captcha_required',
        'captcha_failed',
      ]),
    }),
  ]),
})
