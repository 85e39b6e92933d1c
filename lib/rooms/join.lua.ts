import { z } from 'zod'
import { defineScript } from '../../db/define-script'
import { saleFragment } from '../units/fragments.lua'

/**
 * Joins the draw until the sale opens, or takes the next number behind it. Joining the draw again changes nothing; a
 * repeat behind it takes a later number, which only its own buyer is worse off for. `block`: the numbers that the
 * ledger reserved are used up to `end`, or Redis has forgotten them (null).
 */
export const joinScript = defineScript({
  name: 'join',
  keys: ['state', 'room', 'joiners'],
  args: { epoch: 'string', notAfterMs: 'number', buyer: 'string', drawn: 'string' },
  uses: [saleFragment],
  body: /* lua */ `
local sale = loadSale()
if sale.now > notAfterMs then return cjson.encode({ code = 'too_late' }) end
if sale.epoch ~= epoch or sale.loading then return cjson.encode({ code = 'stale_epoch' }) end
if sale.now >= sale.closesAt then return cjson.encode({ code = 'closed' }) end
local r = redis.call('HMGET', room, 'drawn', 'next', 'end')
if drawn == 'no' and not r[1] and sale.now < sale.opensAt then
  redis.call('PFADD', joiners, buyer)
  return cjson.encode({ code = 'draw' })
end
if not r[2] then return cjson.encode({ code = 'block', ['end'] = cjson.null }) end
if tonumber(r[2]) >= tonumber(r[3]) then return cjson.encode({ code = 'block', ['end'] = tonumber(r[3]) }) end
redis.call('HINCRBY', room, 'next', 1)
return cjson.encode({ code = 'queue', number = tonumber(r[2]) })
`,
  reply: z.discriminatedUnion('code', [
    z.object({ code: z.literal('draw') }),
    z.object({ code: z.literal('queue'), number: z.int() }),
    z.object({ code: z.literal('block'), end: z.int().nullable() }),
    z.object({ code: z.enum(['closed', 'too_late', 'stale_epoch']) }),
  ]),
})

/**
 * Gives the queue the numbers from where its own end, up to where the ledger has reserved them; a queue that has
 * forgotten goes on where the ledger stands. Whoever comes second with the same block changes nothing, and whoever saw
 * the end in an earlier epoch neither: those numbers may have been given out since.
 */
export const addBlockScript = defineScript({
  name: 'add_block',
  keys: ['state', 'room'],
  args: { epoch: 'string', from: 'number', to: 'number', forgotten: 'string' },
  uses: [saleFragment],
  body: /* lua */ `
local sale = loadSale()
if sale.epoch ~= epoch or sale.loading then return cjson.encode({ code = 'stale_epoch' }) end
local known = redis.call('HGET', room, 'end')
local fits = forgotten == 'no' and known and tonumber(known) == from
if fits or (forgotten == 'yes' and not known) then
  redis.call('HSET', room, 'next', from, 'end', to)
end
return cjson.encode({ code = 'ok' })
`,
  reply: z.object({ code: z.enum(['ok', 'stale_epoch']) }),
})

/** Counts who has joined, and closes the draw if the sale's time has come: from then on everybody queues behind it. */
export const countJoinersScript = defineScript({
  name: 'count_joiners',
  keys: ['state', 'room', 'joiners'],
  args: {},
  uses: [saleFragment],
  body: /* lua */ `
local sale = loadSale()
if not sale.epoch or sale.loading then return cjson.encode({ code = 'stale_epoch' }) end
local counted = redis.call('HGET', room, 'drawn')
local count = counted and tonumber(counted) or redis.call('PFCOUNT', joiners)
if sale.now < sale.opensAt then return cjson.encode({ code = 'open', joiners = count, now = sale.now }) end
if not counted then redis.call('HSET', room, 'drawn', count) end
return cjson.encode({ code = 'drawn', joiners = count, now = sale.now })
`,
  reply: z.discriminatedUnion('code', [
    z.object({ code: z.enum(['open', 'drawn']), joiners: z.int(), now: z.number() }),
    z.object({ code: z.literal('stale_epoch') }),
  ]),
})
