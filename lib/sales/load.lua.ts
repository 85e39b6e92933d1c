import { z } from 'zod'
import { defineScript } from '../../db/define-script'

/** Replies of the loading scripts: `outdated` when a later epoch is already there, so the slower of two loaders stops. */
const reply = z.object({ code: z.enum(['ok', 'outdated']) })

/**
 * Begins a new epoch of a sale: drops what admission knew and writes the sale, marked as loading, so that every other
 * script still refuses. The orders stream stays: what was queued is drained, not lost. It runs before the ledger commits
 * the epoch, so an epoch of the same number but another nonce is one that the ledger never came to have.
 */
export const beginLoadScript = defineScript({
  name: 'begin_load',
  keys: ['state', 'items', 'free', 'holds', 'due', 'bought', 'lapses', 'networks', 'orders'],
  args: { epoch: 'string', number: 'number', stateFields: 'json', group: 'string' },
  body: /* lua */ `
local current = redis.call('HGET', state, 'epoch')
-- A repeat after a lost reply: what was loaded since then stays.
if current == epoch then return cjson.encode({ code = 'ok' }) end
if current and tonumber(string.match(current, '^%d+')) > number then return cjson.encode({ code = 'outdated' }) end
redis.call('UNLINK', state, items, free, holds, due, bought, lapses, networks)
redis.call('HSET', state, unpack(stateFields))
if redis.call('EXISTS', orders) == 0 then redis.call('XGROUP', 'CREATE', orders, group, '0', 'MKSTREAM') end
return cjson.encode({ code = 'ok' })
`,
  reply,
})

/** Adds a part of what the ledger knows: items, free numbers below `next`, holds of unpaid orders, paid counts of buyers. */
export const addLoadScript = defineScript({
  name: 'add_load',
  keys: ['state', 'items', 'free', 'holds', 'bought'],
  args: {
    epoch: 'string',
    itemFields: 'json',
    freeMembers: 'json',
    holdFields: 'json',
    boughtFields: 'json',
  },
  body: /* lua */ `
local f = redis.call('HMGET', state, 'epoch', 'loading')
if f[1] ~= epoch or f[2] ~= '1' then return cjson.encode({ code = 'outdated' }) end
for _, fields in ipairs(itemFields) do redis.call('HSET', items, unpack(fields)) end
if #freeMembers > 0 then redis.call('ZADD', free, unpack(freeMembers)) end
if #holdFields > 0 then redis.call('HSET', holds, unpack(holdFields)) end
if #boughtFields > 0 then redis.call('HSET', bought, unpack(boughtFields)) end
return cjson.encode({ code = 'ok' })
`,
  reply,
})

/** Ends the loading: from here on the scripts of this epoch decide. */
export const endLoadScript = defineScript({
  name: 'end_load',
  keys: ['state'],
  args: { epoch: 'string' },
  body: /* lua */ `
if redis.call('HGET', state, 'epoch') ~= epoch then return cjson.encode({ code = 'outdated' }) end
redis.call('HSET', state, 'loading', '')
return cjson.encode({ code = 'ok' })
`,
  reply,
})
