import { z } from 'zod'
import { defineScript } from '../../db/define-script'
import { guardFragment, holdFragment, saleFragment } from '../units/fragments.lua'
import { cartReplySchema } from '../units/hold-record'

/** One more hold length, while the sale allows it. `request` names the wish: a repeat of it changes nothing (I5). */
export const extendScript = defineScript({
  name: 'extend',
  keys: ['state', 'holds', 'due'],
  args: { epoch: 'string', notAfterMs: 'number', buyer: 'string', request: 'string' },
  uses: [saleFragment, guardFragment, holdFragment],
  body: /* lua */ `
local sale = loadSale()
local outdated = stale(sale)
if outdated then return cjson.encode({ code = outdated }) end
local hold = findHold(sale, buyer)
if not hold or hold.state == 'released' then return cjson.encode({ code = 'hold_expired' }) end
if hold.state == 'ordered' then return cjson.encode({ code = 'already_ordered' }) end
if hold.extension ~= request then
  if hold.extended >= sale.extensions then return cjson.encode({ code = 'limit_reached' }) end
  hold.deadline, hold.extended, hold.extension = hold.deadline + sale.holdMs, hold.extended + 1, request
  hold.version = hold.version + 1
  writeHold(buyer, hold)
end
return cartReply(sale, hold)
`,
  reply: z.discriminatedUnion('code', [
    cartReplySchema,
    z.object({
      code: z.enum(['too_late', 'stale_epoch', 'hold_expired', 'already_ordered', 'limit_reached']),
    }),
  ]),
})
