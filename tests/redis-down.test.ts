import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { closeRedis, createRedis, LostReply } from '../db/redis'
import { config } from '../lib/config'
import type { Context } from '../lib/context'
import { extend } from '../lib/holds/extend'
import { findCart } from '../lib/holds/find'
import { release } from '../lib/holds/release'
import { reserve } from '../lib/holds/reserve'
import { newBuyerId } from '../lib/id'
import { claimNext } from '../lib/orders/claim-next'
import { cancelOrder } from '../lib/orders/end'
import { order } from '../lib/orders/order'
import { readOrder } from '../lib/orders/read'
import { newMemory, reconcile } from '../lib/repairs/reconcile'
import { controlSale } from '../lib/sales/control'
import { readLive } from '../lib/sales/live'
import { refusalFor } from '../lib/web/faults'
import { granted, hold, payFor, placed } from './purchase'
import { checkout, itemOf, mintSale, openShop, orderRecord, type Shop, until } from './shop'
import { expectSound } from './sound'
import { openRedis, testRedisUrl, transports } from './stores'

let shop: Shop
/** The stores, seen without trouble. */
let calm: Context
beforeAll(async () => {
  shop = await openShop()
  calm = { ...shop, redis: createRedis({ redisUrl: testRedisUrl() }) }
})
afterAll(async () => {
  closeRedis(calm.redis)
  await shop.close()
})

const key = 'key-00000001'

/** The verb does not know, and its buyer is told to try again. */
async function expectTryAgain(verb: Promise<unknown>) {
  const error = await verb.then(
    () => expect.fail('The verb said yes.'),
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(LostReply)
  expect(refusalFor(shop, 'a test', error)).toEqual({ ok: false, reason: 'try_again', retryAfterSeconds: 1 })
}

describe.each(transports)('over %s', (transport) => {
  let link: Awaited<ReturnType<typeof openRedis>>
  let server: Context
  beforeAll(async () => {
    link = await openRedis(transport)
    server = { ...shop, redis: link.redis }
  })
  afterEach(() => link.proxy.pass())
  afterAll(() => link.close())

  test('I16: with Redis down every verb that needs it asks to try again, and nothing happens', async () => {
    const sale = await mintSale(calm)
    const mine = { sale, buyerId: newBuyerId(), itemId: itemOf(sale) }
    const cart = await hold(calm, sale, { ...mine, quantity: 2 })
    link.proxy.refuse()
    const verbs: (() => Promise<unknown>)[] = [
      () => reserve(server, { ...mine, quantity: 3 }),
      () => reserve(server, { ...mine, buyerId: newBuyerId(), quantity: 1 }),
      () => release(server, mine),
      () => extend(server, mine),
      () => findCart(server, mine),
      () => order(server, { ...mine, idempotencyKey: key, checkout }),
      () => readLive(server, sale),
      () => claimNext(server, sale.id, 'new'),
      () => reconcile(server, sale.id, newMemory()),
    ]
    await Promise.all(verbs.map((verb) => expectTryAgain(verb())))
    expect(granted(await findCart(calm, mine)).lines).toEqual(cart.lines)
    expect(await expectSound(calm, sale.id)).toMatchObject({ held: 2, free: 8 })
  })

  test('I16: with Redis down an order in the ledger can be read and paid, and its cancelling is finished later', async () => {
    const sale = await mintSale(calm)
    const [pays, cancels] = [await placed(calm, sale, { quantity: 2 }), await placed(calm, sale)]
    link.proxy.refuse()
    const { buyerId } = pays
    expect((await readOrder(server, { orderId: pays.id, buyerId })).ok).toBe(true)
    expect(await payFor(server, pays.id)).toEqual({ state: 'paid' })
    await expectTryAgain(cancelOrder(server, await orderRecord(shop, cancels.id)))
    link.proxy.pass()
    const memory = newMemory()
    await until('the reconciler to be through', async () => {
      await reconcile(server, sale.id, memory).catch(() => {})
      return (await calm.redis.hlen(`{sale:${sale.id}}:holds`)) < 2
    })
    await reconcile(calm, sale.id, memory)
    expect(await expectSound(calm, sale.id)).toMatchObject({ paid: 2, free: 8 })
  })

  test('I16: with a Redis that hangs a verb gives up in time, and repeating it later has the effect of once', async () => {
    const sale = await mintSale(calm)
    const mine = { sale, buyerId: newBuyerId(), itemId: itemOf(sale), quantity: 3 }
    await reserve(server, { ...mine, buyerId: newBuyerId() })
    link.proxy.stall()
    const before = performance.now()
    await expectTryAgain(reserve(server, mine))
    expect(performance.now() - before).toBeLessThan(config.redis.mutationBudgetMs + 500)
    link.proxy.pass()
    const again = await until('Redis to be back', async () => {
      const tried = await reserve(server, mine).catch(() => undefined)
      return tried?.ok && tried.value
    })
    expect(again).toMatchObject({ version: 1, lines: [{ units: [4, 5, 6] }] })
    expect(await expectSound(calm, sale.id)).toMatchObject({ held: 6, free: 4 })
  })
})

test('I15: a pause that only the ledger heard of reaches Redis by the reconciler', async () => {
  const sale = await mintSale(calm)
  const down: Context = { ...shop, redis: createRedis({ redisUrl: 'redis://127.0.0.1:1' }) }
  await expectTryAgain(controlSale(down, sale.id, { pause: true }))
  closeRedis(down.redis)
  expect((await readLive(calm, sale))?.phase).toBe('open')
  await reconcile(calm, sale.id, newMemory())
  expect((await readLive(calm, sale))?.phase).toBe('paused')
  expect(await expectSound(calm, sale.id)).toMatchObject({ free: 10 })
})
