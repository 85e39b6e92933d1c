/**
 * A process that sells a whole sale through the verbs, as a server does, and says at its end what that took: run by
 * million.test.ts, with the stores in its environment. Argument: the number of buyers, who want two units each.
 */
import { env } from '../lib/env'
import { createContext } from '../lib/open-context'
import { claimNext } from '../lib/orders/claim-next'
import { bought } from './purchase'
import { mintSale } from './shop'

const buyers = Number(process.argv[2])
/** As many requests as a server of a crowd has in flight. */
const atOnce = 200

const ctx = createContext('million', env())
const sale = await mintSale(ctx, { allocation: 2 * buyers, limit: 2 })
/** What a worker does about orders whose claim failed: a minute of a busy disk is enough for that. */
const sweep = setInterval(() => void claimNext(ctx, sale.id, 'left').catch(() => {}), 1_000)
const startedAt = performance.now()
let begun = 0
let most = 0
await Promise.all(
  Array.from({ length: atOnce }, async () => {
    while (begun < buyers) {
      begun += 1
      if (begun % 10_000 === 0) {
        const perSecond = Math.round(begun / ((performance.now() - startedAt) / 1000))
        console.error(`${begun} of ${buyers} buyers, ${perSecond} a second`)
      }
      await bought(ctx, sale, { quantity: 2 })
      most = Math.max(most, process.memoryUsage.rss())
    }
  }),
)
clearInterval(sweep)
const info = String(await ctx.redis.exec(['INFO', 'memory']))
const redisPeak = Number(/used_memory_peak:(\d+)/.exec(info)?.[1])
console.log(JSON.stringify({ saleId: sale.id, redisBytes: redisPeak, serverBytes: most }))
await ctx.close()
