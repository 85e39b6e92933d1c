import { config } from '../config'

/**
 * What hoarding is counted by. `countUnits(hold, change)` keeps the sum of what a network's holds set aside.
 * `countLapse(who, hold, at)` notes that a hold ended without a purchase, once for each hold; from the second one on its
 * buyer `coolsUntil` some time of the sale's clock.
 */
export const hoardingFragment = /* lua */ `
local coolDownsMs = { ${config.hold.coolDownSeconds.map((seconds) => seconds * 1000).join(', ')} }
local function afterLapses(count, at) return at + coolDownsMs[math.min(count, #coolDownsMs)] end
local function readLapses(who)
  local count, untilMs = string.match(redis.call('HGET', lapses, who) or '', '^(%d+):(%d+)$')
  return tonumber(count or 0), tonumber(untilMs or 0)
end
local function countLapse(who, hold, at)
  if hold.lapsed then return end
  local count = readLapses(who) + 1
  redis.call('HSET', lapses, who, string.format('%d:%d', count, afterLapses(count, at)))
end
local function countUnits(hold, change)
  if not hold.net or change == 0 then return end
  if redis.call('HINCRBY', networks, hold.net, change) <= 0 then redis.call('HDEL', networks, hold.net) end
end
local function unitsIn(hold)
  local units = 0
  for _, line in ipairs(hold.lines) do units = units + #line.numbers end
  return units
end
`

/**
 * `endDue` ends a hold whose deadline has passed, as of that moment whoever finds it and when: its units are free and it
 * counts as lapsed, even if its buyer emptied it, or a robot would do so a second before. `reclaim(sale, most)` ends up
 * to `most` of them and returns their number.
 */
export const reclaimFragment = /* lua */ `
local function endDue(sale, who, hold)
  local ready = readyAt(sale, hold, hold.deadline + sale.now - sale.saleNow)
  for _, line in ipairs(hold.lines) do giveBack(line.item, line.numbers, ready) end
  countUnits(hold, -unitsIn(hold))
  countLapse(who, hold, hold.deadline)
  redis.call('HDEL', holds, who)
  redis.call('ZREM', due, who)
end
local function reclaim(sale, most)
  local late = redis.call('ZRANGEBYSCORE', due, '-inf', sale.saleNow, 'LIMIT', 0, most)
  for _, who in ipairs(late) do
    local hold = readHold(who)
    if hold and hold.state ~= 'ordered' then endDue(sale, who, hold) else redis.call('ZREM', due, who) end
  end
  return #late
end
`
