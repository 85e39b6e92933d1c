import { z } from 'zod'
import { defineScript } from '../../db/define-script'

/**
 * Pause, resume, and new times. While paused the sale's clock stands still, so every deadline does. Each action says
 * how things should be, so a repeat changes nothing.
 */
export const controlScript = defineScript({
  name: 'control',
  keys: ['state'],
  args: { epoch: 'string', notAfterMs: 'number', paused: 'string', opensAt: 'number', closesAt: 'number' },
  body: /* lua */ `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if now > notAfterMs then return cjson.encode({ code = 'too_late' }) end
local f = redis.call('HMGET', state, 'epoch', 'pausedAt', 'pausedMs')
if f[1] ~= epoch then return cjson.encode({ code = 'stale_epoch' }) end
local pausedAt = tonumber(f[2])
if paused == 'yes' and not pausedAt then redis.call('HSET', state, 'pausedAt', now) end
if paused == 'no' and pausedAt then
  redis.call('HSET', state, 'pausedAt', '', 'pausedMs', tonumber(f[3]) + now - pausedAt)
end
redis.call('HSET', state, 'opensAt', opensAt, 'closesAt', closesAt)
return cjson.encode({ code = 'ok' })
`,
  reply: z.object({ code: z.enum(['ok', 'too_late', 'stale_epoch']) }),
})
