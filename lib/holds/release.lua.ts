import { z } from 'zod'
import { defineScript } from '../../db/define-script'
import { guardFragment, holdFragment, saleFragment, unitsFragment } from '../units/fragments.lua'
import { hoardingFragment } from '../units/hoarding.lua'
import { cartReplySchema } from '../units/hold-record'

/**
 * Empties an open hold. The numbers come from the hold's own record, which the same script rewrites, so a second
 * release finds nothing (I7). The record stays until its deadline: filling the cart again does not move it.
 */
export const releaseScript = defineScript({
  name: 'release',
  keys: ['state', 'items', 'free', 'holds', 'due', 'lapses', 'networks'],
  args: { epoch: 'string', notAfterMs: 'number', buyer: 'string' },
  uses: [saleFragment, guardFragment, holdFragment, unitsFragment, hoardingFragment],
  body: /* lua */ `
local sale = loadSale()
local outdated = stale(sale)
if outdated then return cjson.encode({ code = outdated }) end
local hold = findHold(sale, buyer)
if not hold then return cjson.encode({ code = 'not_found' }) end
if hold.state == 'ordered' then return cjson.encode({ code = 'already_ordered' }) end
if hold.state == 'open' then
  hold.gave = {}
  for _, line in ipairs(hold.lines) do
    hold.gave[line.item] = {}
    letGo(sale, hold, line.item, line.numbers, hold.gave[line.item])
  end
  countUnits(hold, -unitsIn(hold))
  hold.lines, hold.state, hold.version = {}, 'released', hold.version + 1
  writeHold(buyer, hold)
end
return cartReply(sale, hold)
`,
  reply: z.discriminatedUnion('code', [
    cartReplySchema,
    z.object({ code: z.enum(['too_late', 'stale_epoch', 'not_found', 'already_ordered']) }),
  ]),
})
