import { z } from 'zod'
import { defineScript } from '../../db/define-script'
import { holdFragment, saleFragment, unitsFragment } from '../units/fragments.lua'
import { hoardingFragment, reclaimFragment } from '../units/hoarding.lua'

/** Ends up to `most` open holds that are due: their units are free again (I8). While paused nothing falls due. */
export const expireScript = defineScript({
  name: 'expire',
  keys: ['state', 'items', 'free', 'holds', 'due', 'lapses', 'networks'],
  args: { most: 'number' },
  uses: [saleFragment, holdFragment, unitsFragment, hoardingFragment, reclaimFragment],
  body: /* lua */ `
local sale = loadSale()
if not sale.epoch or sale.loading then return cjson.encode({ ended = 0 }) end
return cjson.encode({ ended = reclaim(sale, most) })
`,
  reply: z.object({ ended: z.number() }),
})
