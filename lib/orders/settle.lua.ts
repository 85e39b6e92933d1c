import { z } from 'zod'
import { defineScript } from '../../db/define-script'
import { holdFragment, saleFragment, unitsFragment } from '../units/fragments.lua'
import { hoardingFragment } from '../units/hoarding.lua'

/** What the ledger decided about one ordered hold. */
export type Outcome = {
  buyer: string
  order: string
  /**
   * `claimed` leaves the hold frozen; `paid` ends it as sold; `unpaid` and `rejected` end it and free its units, and
   * only the first of these was its buyer's doing.
   */
  end: 'claimed' | 'paid' | 'unpaid' | 'rejected'
  /** Units of the hold that the ledger gave to another order: they are owned, never free. */
  owned: { item: string; number: number }[]
}

/**
 * Carries the ledger's decisions back and acknowledges their stream entries, in one step. A hold that is gone, or
 * that was frozen for another order, is left alone: every repeat and every late run is harmless (I5), and it needs no
 * epoch, because what it does follows from the record it finds.
 */
export const settleScript = defineScript({
  name: 'settle',
  keys: ['state', 'items', 'free', 'holds', 'due', 'bought', 'lapses', 'networks', 'orders'],
  args: { outcomes: 'json', entries: 'json', group: 'string' },
  uses: [saleFragment, holdFragment, unitsFragment, hoardingFragment],
  body: /* lua */ `
local sale = loadSale()
local settled = 0
for _, outcome in ipairs(outcomes) do
  local hold = outcome['end'] ~= 'claimed' and readHold(outcome.buyer)
  if hold and hold.state == 'ordered' and hold.order == outcome.order then
    settled = settled + 1
    countUnits(hold, -unitsIn(hold))
    if outcome['end'] == 'paid' then
      for _, line in ipairs(hold.lines) do
        redis.call('HINCRBY', items, line.item .. ':sold', #line.numbers)
        redis.call('HINCRBY', bought, outcome.buyer .. ':' .. line.item, #line.numbers)
      end
      redis.call('HDEL', holds, outcome.buyer)
      redis.call('HDEL', lapses, outcome.buyer)
    else
      local owned = {}
      for _, unit in ipairs(outcome.owned) do owned[unit.item .. ':' .. unit.number] = true end
      for _, line in ipairs(hold.lines) do
        local returned = {}
        for _, number in ipairs(line.numbers) do
          if not owned[line.item .. ':' .. number] then table.insert(returned, number) end
        end
        giveBack(line.item, returned, readyAt(sale, hold, sale.now))
      end
      if sale.saleNow and outcome['end'] == 'unpaid' then
        countLapse(outcome.buyer, hold, sale.saleNow)
        hold.lapsed = true
      end
      if sale.saleNow and hold.deadline > sale.saleNow then
        hold.lines, hold.state, hold.order, hold.body, hold.version = {}, 'released', nil, nil, hold.version + 1
        writeHold(outcome.buyer, hold)
      else
        redis.call('HDEL', holds, outcome.buyer)
      end
    end
  end
end
for _, entry in ipairs(entries) do redis.call('XACK', orders, group, entry) end
return cjson.encode({ settled = settled })
`,
  reply: z.object({ settled: z.number() }),
})
