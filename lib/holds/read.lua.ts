import { z } from 'zod'
import { defineScript, luaArray } from '../../db/define-script'
import { holdFragment, saleFragment } from '../units/fragments.lua'
import { cartReplySchema, holdLineSchema } from '../units/hold-record'

/** The buyer's open hold with its deadline. One that is due reads as none, whether or not it was reclaimed yet. */
export const readHoldScript = defineScript({
  name: 'read',
  keys: ['state', 'holds', 'due'],
  args: { epoch: 'string', buyer: 'string' },
  uses: [saleFragment, holdFragment],
  body: /* lua */ `
local sale = loadSale()
if sale.epoch ~= epoch or sale.loading then return cjson.encode({ code = 'stale_epoch' }) end
local hold = findHold(sale, buyer)
if not hold or hold.state == 'released' then return cjson.encode({ code = 'not_found' }) end
if hold.state == 'ordered' then
  return cjson.encode({ code = 'ordered', now = sale.now, order = hold.order, lines = hold.lines, currency = sale.currency })
end
return cartReply(sale, hold)
`,
  reply: z.discriminatedUnion('code', [
    cartReplySchema,
    z.object({
      code: z.literal('ordered'),
      now: z.number(),
      order: z.string(),
      lines: luaArray(holdLineSchema),
      currency: z.string(),
    }),
    z.object({ code: z.enum(['stale_epoch', 'not_found']) }),
  ]),
})
