import { closeRedis, createRedis, LostReply } from '../db/redis'
import type { Context } from '../lib/context'
import { expireHolds } from '../lib/holds/expire'
import { extend } from '../lib/holds/extend'
import { release } from '../lib/holds/release'
import { newBuyerId } from '../lib/id'
import { controlSale } from '../lib/sales/control'
import { bought, hold } from './purchase'
import { mintSale, openShop } from './shop'
import { openRedis, testRedisUrl, type transports } from './stores'

/**
 * A shop over one transport that loses the replies of chosen scripts after they ran. `calm` sees the same stores
 * without trouble.
 */
export async function openLossyShop(transport: (typeof transports)[number]) {
  const shop = await openShop()
  const link = await openRedis(transport)
  let losing = { sha: '', times: 0 }
  link.redis.use((request, next) => {
    const [command, sha] = request.body as string[]
    if (losing.times > 0 && command === 'evalsha' && sha === losing.sha) {
      losing.times -= 1
      link.proxy.cutNextReply()
    }
    return next(request)
  })
  const lossy: Context = { ...shop, redis: link.redis }
  const calm: Context = { ...shop, redis: createRedis({ redisUrl: testRedisUrl() }) }
  await runEveryScript(lossy)

  /**
   * Loses the next replies of a script, and repeats the verb whenever it gives up. The client repeats by itself what
   * was lost once or twice; the third time in a row is the verb's `LostReply`.
   */
  async function losingReplies<T>(script: { sha: string }, times: number, verb: () => Promise<T>) {
    losing = { sha: script.sha, times }
    for (let call = 1; ; call++) {
      try {
        const result = await verb()
        if (losing.times > 0)
          throw new Error(`${losing.times} replies were not lost: the script did not run.`)
        return result
      } catch (error) {
        if (!(error instanceof LostReply) || call > times) throw error
      }
    }
  }

  return {
    lossy,
    calm,
    losingReplies,
    async close() {
      closeRedis(calm.redis)
      await link.close()
      await shop.close()
    },
  }
}

/** A script that Redis does not know yet would not run before its reply is lost. */
async function runEveryScript(ctx: Context) {
  const sale = await mintSale(ctx)
  const mine = { sale, buyerId: newBuyerId() }
  await hold(ctx, sale, mine)
  await extend(ctx, mine)
  await release(ctx, mine)
  await bought(ctx, sale)
  await expireHolds(ctx, sale.id)
  await controlSale(ctx, sale.id, { close: true })
}
