import { z } from 'zod'
import { defineScript, luaArray } from '../../db/define-script'
import { guardFragment, holdFragment, proofFragment, saleFragment } from '../units/fragments.lua'
import { holdLineSchema } from '../units/hold-record'

/**
 * Freezes the buyer's hold and appends the order to the sale's stream, in one atomic step: there is no order without
 * its entry and no entry without its hold. The same order again finds the hold already frozen for it (I4, I5).
 */
export const orderScript = defineScript({
  name: 'order',
  keys: ['state', 'holds', 'due', 'orders', 'proofs'],
  args: {
    epoch: 'string',
    notAfterMs: 'number',
    buyer: 'string',
    order: 'string',
    body: 'string',
    details: 'string',
    proof: 'string',
    forgetAtMs: 'number',
    forgetMost: 'number',
  },
  uses: [saleFragment, guardFragment, holdFragment, proofFragment],
  body: /* lua */ `
local sale = loadSale()
local outdated = stale(sale)
if outdated then return cjson.encode({ code = outdated }) end
local hold = findHold(sale, buyer)
if hold and hold.state == 'ordered' then
  if hold.order ~= order then return cjson.encode({ code = 'already_ordered' }) end
  if hold.body ~= body then return cjson.encode({ code = 'key_reused' }) end
  return cjson.encode({ code = 'queued', now = sale.now, lines = hold.lines, currency = sale.currency })
end
if not hold or #hold.lines == 0 then return cjson.encode({ code = 'hold_expired' }) end
local missing = unproven()
if missing then return cjson.encode({ code = missing }) end
spendProof(sale)
hold.state, hold.order, hold.body, hold.version = 'ordered', order, body, hold.version + 1
writeHold(buyer, hold)
redis.call('XADD', orders, '*', 'order', order, 'buyer', buyer, 'hold', hold.id, 'epoch', epoch, 'body', body,
  'lines', cjson.encode(hold.lines), 'details', details)
return cjson.encode({ code = 'queued', now = sale.now, lines = hold.lines, currency = sale.currency })
`,
  reply: z.discriminatedUnion('code', [
    z.object({
      code: z.literal('queued'),
      now: z.number(),
      currency: z.string(),
      lines: luaArray(holdLineSchema),
    }),
    z.object({ code: z.enum(['too_late', 'stale_epoch', 'hold_expired', 'already_ordered', 'key_reused']) }),
    z.object({ code: z.enum(['captcha_required', 'captcha_failed']) }),
  ]),
})
