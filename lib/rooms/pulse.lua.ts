import { z } from 'zod'
import { defineScript } from '../../db/define-script'

/** More server processes than any shop has: whatever writes more of them is a mistake, and must not fill the memory. */
const mostProcesses = 1_000

/** `fresh()` → the pulses that are believed, by process; the others are removed. */
const pulsesFragment = /* lua */ `
local function fresh()
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local found, flat = {}, redis.call('HGETALL', pulses)
  for at = 1, #flat, 2 do
    local pulse = cjson.decode(flat[at + 1])
    if now - pulse.at < seconds * 1000 then found[flat[at]] = pulse.lateMs else redis.call('HDEL', pulses, flat[at]) end
  end
  return found, now
end
`

/** Says how late a server process is. */
export const beatScript = defineScript({
  name: 'beat',
  keys: ['pulses'],
  args: { process: 'string', lateMs: 'number', seconds: 'number' },
  uses: [pulsesFragment],
  body: /* lua */ `
local known, now = fresh()
if not known[process] and redis.call('HLEN', pulses) >= ${mostProcesses} then return cjson.encode({ code = 'full' }) end
redis.call('HSET', pulses, process, cjson.encode({ at = now, lateMs = lateMs }))
redis.call('EXPIRE', pulses, seconds)
return cjson.encode({ code = 'ok' })
`,
  reply: z.object({ code: z.enum(['ok', 'full']) }),
})

/** How late the latest of all server processes is. */
export const latestScript = defineScript({
  name: 'latest',
  keys: ['pulses'],
  args: { seconds: 'number' },
  uses: [pulsesFragment],
  body: /* lua */ `
local worst = 0
for _, lateMs in pairs((fresh())) do worst = math.max(worst, lateMs) end
return cjson.encode({ lateMs = worst })
`,
  reply: z.object({ lateMs: z.number() }),
})
