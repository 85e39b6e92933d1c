import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { claimGroup, saleKeys } from '../db/keys'
import { expireHolds } from '../lib/holds/expire'
import { expireScript } from '../lib/holds/expire.lua'
import { extend } from '../lib/holds/extend'
import { extendScript } from '../lib/holds/extend.lua'
import { release } from '../lib/holds/release'
import { releaseScript } from '../lib/holds/release.lua'
import { reserve } from '../lib/holds/reserve'
import { reserveScript } from '../lib/holds/reserve.lua'
import { newBuyerId } from '../lib/id'
import { claimNext } from '../lib/orders/claim-next'
import { cancelOrder } from '../lib/orders/end'
import { order } from '../lib/orders/order'
import { orderScript } from '../lib/orders/order.lua'
import { settleScript } from '../lib/orders/settle.lua'
import { openLossyShop } from './lossy'
import { granted, hold, payFor, placed, queued } from './purchase'
import { checkout, itemOf, mintSale, orderRecord, until } from './shop'
import { expectSound } from './sound'
import { transports } from './stores'

describe.each(transports)('over %s', (transport) => {
  let rig: Awaited<ReturnType<typeof openLossyShop>>
  beforeAll(async () => {
    rig = await openLossyShop(transport)
  })
  afterAll(() => rig.close())

  test.each([1, 6])(
    'I5: reserve, of which %i replies are lost, takes its units once (fault 3)',
    async (times) => {
      const { lossy, calm, losingReplies } = rig
      const sale = await mintSale(calm)
      const wish = { sale, buyerId: newBuyerId(), itemId: itemOf(sale) }
      const more = await losingReplies(reserveScript, times, () => reserve(lossy, { ...wish, quantity: 3 }))
      expect(granted(more)).toMatchObject({ version: 1, lines: [{ units: [1, 2, 3] }] })
      const less = await losingReplies(reserveScript, times, () => reserve(lossy, { ...wish, quantity: 1 }))
      expect(granted(less)).toMatchObject({ version: 2, lines: [{ quantity: 1 }] })
      expect(await expectSound(calm, sale.id)).toMatchObject({ held: 1, free: 9 })
    },
  )

  test.each([1, 6])('I5: release, of which %i replies are lost, gives units back once', async (times) => {
    const { lossy, calm, losingReplies } = rig
    const sale = await mintSale(calm)
    const mine = { sale, buyerId: newBuyerId() }
    await hold(calm, sale, { ...mine, quantity: 3 })
    expect(granted(await losingReplies(releaseScript, times, () => release(lossy, mine))).version).toBe(2)
    expect(await expectSound(calm, sale.id)).toMatchObject({ held: 0, free: 10 })
  })

  test.each([1, 6])('I5: extend, of which %i replies are lost, extends once', async (times) => {
    const { lossy, calm, losingReplies } = rig
    const sale = await mintSale(calm, { holdSeconds: 60, extensions: 5 })
    const mine = { sale, buyerId: newBuyerId(), request: 'a-wish-of-mine' }
    const before = await hold(calm, sale, mine)
    const after = granted(await losingReplies(extendScript, times, () => extend(lossy, mine)))
    expect(Date.parse(after.deadline) - Date.parse(before.deadline)).toBe(60_000)
    expect(after.extensions).toBe(4)
  })

  test.each([1, 6])('I5: order, of which %i replies are lost, queues one entry', async (times) => {
    const { lossy, calm, losingReplies } = rig
    const sale = await mintSale(calm)
    const mine = { sale, buyerId: newBuyerId(), idempotencyKey: 'key-00000001', checkout }
    await hold(calm, sale, { ...mine, quantity: 2 })
    const made = granted(await losingReplies(orderScript, times, () => order(lossy, mine)))
    expect(made).toMatchObject({ state: 'awaiting_payment', units: [1, 2] })
    expect(await calm.redis.xlen(saleKeys(sale.id).orders)).toBe(1)
    expect(await expectSound(calm, sale.id)).toMatchObject({ unpaid: 2, free: 8 })
  })

  test.each([1, 3])(
    'I5: a claim, of whose settling %i replies are lost, takes effect once',
    async (times) => {
      const { lossy, calm, losingReplies } = rig
      const sale = await mintSale(calm)
      const { id } = await queued(calm, sale, { quantity: 2 })
      await losingReplies(settleScript, times, () => claimNext(lossy, sale.id, 'new'))
      expect((await orderRecord(calm, id)).state).toBe('awaiting_payment')
      expect(await calm.redis.xpending(saleKeys(sale.id).orders, claimGroup, '-', '+', 10)).toEqual([])
      expect(await expectSound(calm, sale.id)).toMatchObject({ unpaid: 2, free: 8 })
    },
  )

  test.each([1, 3])(
    'I5: paying and cancelling, of whose settling %i replies are lost, sells and frees once',
    async (times) => {
      const { lossy, calm, losingReplies } = rig
      const sale = await mintSale(calm)
      const [pays, cancels] = [
        await placed(calm, sale, { quantity: 2 }),
        await placed(calm, sale, { quantity: 3 }),
      ]
      expect(await losingReplies(settleScript, times, () => payFor(lossy, pays.id))).toEqual({
        state: 'paid',
      })
      const record = await orderRecord(calm, cancels.id)
      await losingReplies(settleScript, times, () => cancelOrder(lossy, record))
      expect((await orderRecord(calm, cancels.id)).state).toBe('cancelled')
      expect(await expectSound(calm, sale.id)).toMatchObject({ paid: 2, free: 8 })
    },
  )

  test('I5: the sweep of lapsed carts, of which a reply is lost, frees each unit once', async () => {
    const { lossy, calm, losingReplies } = rig
    const sale = await mintSale(calm, { holdSeconds: 1 })
    await hold(calm, sale, { quantity: 3 })
    const [, deadline] = await calm.redis.zrange(saleKeys(sale.id).due, 0, 0, { withScores: true })
    await until(
      'the cart to lapse',
      async () => Number((await calm.redis.time())[0]) * 1000 > Number(deadline),
    )
    await losingReplies(expireScript, 1, () => expireHolds(lossy, sale.id))
    expect(await expectSound(calm, sale.id)).toMatchObject({ free: 10 })
  })
})
