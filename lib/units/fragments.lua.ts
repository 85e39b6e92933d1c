import { freeScoresPerItem } from '../../db/keys'

/**
 * Lua shared by the scripts of a sale. Each fragment is a few local functions over the keys that the using script
 * declares; `defineScript` puts them before its body.
 */

/** `loadSale()` → the sale's state with `now` (ms, Redis TIME) and `saleNow`, which stands still while paused. */
export const saleFragment = /* lua */ `
local function loadSale()
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local f = redis.call('HMGET', state, 'epoch', 'loading', 'opensAt', 'closesAt', 'holdMs', 'extensions', 'pausedAt', 'pausedMs', 'currency', 'returnMs')
  if not f[1] then return { now = now } end
  local sale = { now = now, epoch = f[1], loading = f[2] == '1', opensAt = tonumber(f[3]), closesAt = tonumber(f[4]),
    holdMs = tonumber(f[5]), extensions = tonumber(f[6]), pausedAt = tonumber(f[7]), pausedMs = tonumber(f[8]), currency = f[9],
    returnMs = tonumber(f[10]) }
  sale.saleNow = (sale.pausedAt or now) - sale.pausedMs
  return sale
end
`

/** `stale(sale)` → why this call must change nothing at all: sent too long ago, or meant for another state of Redis. */
export const guardFragment = /* lua */ `
local function stale(sale)
  if sale.now > notAfterMs then return 'too_late' end
  if sale.epoch ~= epoch or sale.loading then return 'stale_epoch' end
end
`

/** Reads and writes hold records. `findHold` sees a hold that is due as none, and answers that one second. */
export const holdFragment = /* lua */ `
local function readHold(who)
  local json = redis.call('HGET', holds, who)
  return json and cjson.decode(json)
end
local function findHold(sale, who)
  local hold = readHold(who)
  if hold and (hold.state == 'ordered' or hold.deadline > sale.saleNow) then return hold end
  return nil, hold
end
local function writeHold(who, hold)
  redis.call('HSET', holds, who, cjson.encode(hold))
  if hold.state == 'ordered' then redis.call('ZREM', due, who) else redis.call('ZADD', due, hold.deadline, who) end
end
local function cartReply(sale, hold)
  return cjson.encode({ code = 'ok', now = sale.now, frozen = sale.pausedAt ~= nil, version = hold.version,
    deadline = hold.deadline + sale.now - sale.saleNow, extensions = sale.extensions - hold.extended,
    lines = hold.lines, currency = sale.currency })
end
`

/**
 * Free units: numbers from `next` up were never issued, returned ones are members of `free`. Those of them that are
 * `ready` can be reserved. `giveBack` takes its numbers from a hold's own lines, and its callers delete or rewrite that
 * hold in the same script: no unit is returned twice (I1, I7). `readyAt` is a moment of the last part of `returnMs`
 * that nobody outside can foretell: whoever lets go of a unit can't hand it to an accomplice. What a hold `letGo` of is
 * `stillMine` until then: `takeUnits` gives that back to it first, then what is ready, then what was never issued.
 */
export const unitsFragment = /* lua */ `
local function loadItem(id)
  local f = redis.call('HMGET', items, id .. ':position', id .. ':next', id .. ':allocation', id .. ':limit', id .. ':price', id .. ':sold')
  if not f[1] then return nil end
  return { id = id, base = f[1] * ${freeScoresPerItem}, position = f[1], next = tonumber(f[2]), allocation = tonumber(f[3]),
    limit = tonumber(f[4]), price = tonumber(f[5]), sold = tonumber(f[6]) }
end
local function countReady(sale, item)
  return redis.call('ZCOUNT', free, item.base, item.base + sale.now) + item.allocation - item.next + 1
end
local function giveBack(id, numbers, ready)
  local position = redis.call('HGET', items, id .. ':position')
  for _, number in ipairs(numbers) do
    redis.call('ZADD', free, position * ${freeScoresPerItem} + ready, position .. ':' .. string.format('%d', number))
  end
end
local function readyAt(sale, hold, givenAt)
  local part = tonumber(string.sub(redis.sha1hex(hold.id .. ':' .. hold.version), 1, 6), 16) / 16777216
  return givenAt + math.floor((sale.returnMs or 0) * (1 + 3 * part) / 4)
end
local function letGo(sale, hold, id, numbers, mine)
  local ready = readyAt(sale, hold, sale.now)
  giveBack(id, numbers, ready)
  for _, number in ipairs(numbers) do table.insert(mine, { number, ready }) end
end
local function stillMine(sale, hold, item)
  local mine = {}
  for _, gone in ipairs(hold.gave and hold.gave[item.id] or {}) do
    local score = redis.call('ZSCORE', free, item.position .. ':' .. string.format('%d', gone[1]))
    if gone[2] > sale.now and score and tonumber(score) == item.base + gone[2] then table.insert(mine, gone) end
  end
  return mine
end
local function takeUnits(sale, item, count, mine, numbers)
  local taken = #numbers + count
  while #numbers < taken and #mine > 0 do
    local gone = table.remove(mine)
    redis.call('ZREM', free, item.position .. ':' .. string.format('%d', gone[1]))
    table.insert(numbers, gone[1])
  end
  local ready = redis.call('ZRANGEBYSCORE', free, item.base, item.base + sale.now, 'LIMIT', 0, taken - #numbers)
  for _, member in ipairs(ready) do
    redis.call('ZREM', free, member)
    table.insert(numbers, tonumber(string.match(member, ':(%d+)$')))
  end
  local fresh = taken - #numbers
  for number = item.next, item.next + fresh - 1 do table.insert(numbers, number) end
  if fresh > 0 then redis.call('HINCRBY', items, item.id .. ':next', fresh) end
end
`

/**
 * Proofs against robots. `proof` is `-` where none is asked for, empty where none was given. `unproven()` → why this call
 * may not go on. `spendProof(sale)` notes a proof as used, and forgets some that are too old to be used again.
 */
export const proofFragment = /* lua */ `
local function unproven()
  if proof == '-' then return nil end
  if proof == '' then return 'captcha_required' end
  if redis.call('ZSCORE', proofs, proof) then return 'captcha_failed' end
end
local function spendProof(sale)
  if proof == '-' then return end
  for _, old in ipairs(redis.call('ZRANGEBYSCORE', proofs, '-inf', sale.now, 'LIMIT', 0, forgetMost)) do
    redis.call('ZREM', proofs, old)
  end
  redis.call('ZADD', proofs, forgetAtMs, proof)
end
`
