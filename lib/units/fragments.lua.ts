/**
 * Lua shared by the scripts of a sale. Each fragment is a few local functions over the keys that the using script
 * declares; `defineScript` puts them before its body.
 */

/** `loadSale()` → the sale's state with `now` (ms, Redis TIME) and `saleNow`, which stands still while paused. */
export const saleFragment = /* lua */ `
local function loadSale()
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local f = redis.call('HMGET', state, 'epoch', 'loading', 'opensAt', 'closesAt', 'holdMs', 'extensions', 'pausedAt', 'pausedMs', 'currency')
  if not f[1] then return { now = now } end
  local sale = { now = now, epoch = f[1], loading = f[2] == '1', opensAt = tonumber(f[3]), closesAt = tonumber(f[4]),
    holdMs = tonumber(f[5]), extensions = tonumber(f[6]), pausedAt = tonumber(f[7]), pausedMs = tonumber(f[8]), currency = f[9] }
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

/** Reads and writes hold records. `findHold` sees a hold that is due as none. */
export const holdFragment = /* lua */ `
local function readHold(who)
  local json = redis.call('HGET', holds, who)
  return json and cjson.decode(json)
end
local function findHold(sale, who)
  local hold = readHold(who)
  if hold and (hold.state == 'ordered' or hold.deadline > sale.saleNow) then return hold end
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
 * Free units: numbers from `next` up were never issued, returned ones are members of `free`. `giveBack` takes its
 * numbers from a hold's own lines, and its callers delete or rewrite that hold in the same script: no unit is returned
 * twice (I1, I7).
 */
export const unitsFragment = /* lua */ `
local function loadItem(id)
  local f = redis.call('HMGET', items, id .. ':position', id .. ':next', id .. ':allocation', id .. ':limit', id .. ':price', id .. ':sold')
  if not f[1] then return nil end
  return { id = id, base = f[1] * 4294967296, position = f[1], next = tonumber(f[2]), allocation = tonumber(f[3]),
    limit = tonumber(f[4]), price = tonumber(f[5]), sold = tonumber(f[6]) }
end
local function countFree(item)
  return redis.call('ZCOUNT', free, item.base, item.base + 4294967295) + item.allocation - item.next + 1
end
local function giveBack(id, numbers)
  local position = redis.call('HGET', items, id .. ':position')
  for _, number in ipairs(numbers) do
    redis.call('ZADD', free, position * 4294967296 + number, position .. ':' .. string.format('%d', number))
  end
end
`

/** `reclaim(sale, most)` ends up to `most` open holds that are due and returns their number. */
export const reclaimFragment = /* lua */ `
local function reclaim(sale, most)
  local late = redis.call('ZRANGEBYSCORE', due, '-inf', sale.saleNow, 'LIMIT', 0, most)
  for _, who in ipairs(late) do
    local hold = readHold(who)
    if hold and hold.state ~= 'ordered' then
      for _, line in ipairs(hold.lines) do giveBack(line.item, line.numbers) end
      redis.call('HDEL', holds, who)
    end
    redis.call('ZREM', due, who)
  end
  return #late
end
`
