import { z } from 'zod'
import { defineScript, luaArray } from '../../db/define-script'

/**
 * A page of a sale's orders stream, with how far the consumer group is: `delivered` is the last entry it handed out,
 * `pending` the ones among them that nobody finished. Changes nothing.
 */
export const readStreamScript = defineScript({
  name: 'read_stream',
  keys: ['orders'],
  args: { group: 'string', after: 'string', most: 'number', mostPending: 'number' },
  body: /* lua */ `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if redis.call('EXISTS', orders) == 0 then return cjson.encode({ now = now, delivered = '', pending = {}, entries = {} }) end
local delivered = ''
for _, flat in ipairs(redis.call('XINFO', 'GROUPS', orders)) do
  local of = {}
  for i = 1, #flat, 2 do of[flat[i]] = flat[i + 1] end
  if of['name'] == group then delivered = of['last-delivered-id'] end
end
local pending = {}
if delivered ~= '' then
  for _, entry in ipairs(redis.call('XPENDING', orders, group, '-', '+', mostPending)) do table.insert(pending, entry[1]) end
end
return cjson.encode({ now = now, delivered = delivered, pending = pending,
  entries = redis.call('XRANGE', orders, after, '+', 'COUNT', most) })
`,
  reply: z.object({
    now: z.number(),
    /** '' when there is no group, or no stream at all. */
    delivered: z.string(),
    pending: luaArray(z.string()),
    entries: luaArray(z.tuple([z.string(), luaArray(z.string())])),
  }),
})
