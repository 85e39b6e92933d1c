import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { saleKeys } from '../../db/keys'
import { openLossyShop } from '../../tests/lossy'
import { bought, granted, hold, placed } from '../../tests/purchase'
import { mintSale, newBuyers, openShop, orderRecord, reload, type Shop } from '../../tests/shop'
import { expectSound } from '../../tests/sound'
import { transports } from '../../tests/stores'
import { cancelOrder } from '../orders/end'
import { controlSale } from './control'
import { controlScript } from './control.lua'
import { loadSale } from './load'
import { addLoadScript, beginLoadScript, endLoadScript } from './load.lua'
import { publishSale } from './publish'

describe.each(transports)('over %s', (transport) => {
  let rig: Awaited<ReturnType<typeof openLossyShop>>
  beforeAll(async () => {
    rig = await openLossyShop(transport)
  })
  afterAll(() => rig.close())

  const steps = { begin: beginLoadScript, add: addLoadScript, end: endLoadScript }
  test.each([
    ['begin', 1],
    ['begin', 3],
    ['add', 1],
    ['end', 1],
  ] as const)(
    'I5: loading a sale, of whose step "%s" %i replies are lost, ends with the sale open',
    async (step, times) => {
      const { lossy, calm, losingReplies } = rig
      const before = await mintSale(calm)
      const paid = await bought(calm, before, { quantity: 2 })
      expect(await losingReplies(steps[step], times, () => loadSale(lossy, before.id))).toBe(true)
      const sale = await reload(calm, before.id)
      await hold(calm, sale, { quantity: 3 })
      expect((await orderRecord(calm, paid.id)).state).toBe('paid')
      expect(await expectSound(calm, sale.id)).toMatchObject({ paid: 2, held: 3, free: 5 })
    },
  )

  test.each([1, 3])(
    'I5: pausing and resuming, of which %i replies are lost, count the pause once',
    async (times) => {
      const { lossy, calm, losingReplies } = rig
      const sale = await mintSale(calm)
      const fields = async () =>
        (await calm.redis.hmget(saleKeys(sale.id).state, 'pausedAt', 'pausedMs')) as unknown as string[]
      const redisNow = async () => Number((await calm.redis.time())[0]) * 1000
      granted(await losingReplies(controlScript, times, () => controlSale(lossy, sale.id, { pause: true })))
      const [pausedAt] = await fields()
      granted(await losingReplies(controlScript, times, () => controlSale(lossy, sale.id, { resume: true })))
      const [still, pausedMs] = await fields()
      expect(still).toBe('')
      // Counted twice it would be longer than the time that has passed.
      expect(Number(pausedMs)).toBeGreaterThan(0)
      expect(Number(pausedAt) + Number(pausedMs)).toBeLessThanOrEqual((await redisNow()) + 1_000)
      await bought(calm, sale)
      expect(await expectSound(calm, sale.id)).toMatchObject({ paid: 1, free: 9 })
    },
  )
})

describe('a sale as a whole', () => {
  let shop: Shop
  beforeAll(async () => {
    shop = await openShop()
  })
  afterAll(() => shop.close())

  test('I7: it is loaded whole, also when its returned units take many steps', async () => {
    const sale = await mintSale(shop, { allocations: [4_000, 4_000], limit: 1_000 })
    const wishes = newBuyers(16).map((buyerId, i) => ({ buyerId, item: i % 2, quantity: 400 }))
    const made = await Promise.all(wishes.map((wish) => placed(shop, sale, wish)))
    const gone = made.slice(0, 8).map(async ({ id }) => cancelOrder(shop, await orderRecord(shop, id)))
    expect(await Promise.all(gone)).toEqual(gone.map(() => true))
    const whole = { minted: 8_000, unpaid: 3_200, free: 4_800 }
    expect(await expectSound(shop, sale.id)).toMatchObject(whole)
    expect(await loadSale(shop, sale.id)).toBe(true)
    expect(await expectSound(shop, sale.id)).toMatchObject(whole)
  })

  test('I15: whoever saw it before it was loaded does not load it again: the carts in it stay', async () => {
    const seen = await mintSale(shop)
    expect(await loadSale(shop, seen.id, seen.epoch)).toBe(true)
    const sale = await reload(shop, seen.id)
    await hold(shop, sale, { quantity: 3 })
    expect(await loadSale(shop, seen.id, seen.epoch)).toBe(false)
    expect(await expectSound(shop, sale.id)).toMatchObject({ held: 3, free: 7 })
  })

  test('I7: publishing it twice mints each unit once, and leaves the carts alone', async () => {
    const sale = await mintSale(shop, { allocation: 7 })
    await hold(shop, sale, { quantity: 4 })
    expect(await publishSale(shop, sale.id)).toBe(false)
    await hold(shop, sale, { quantity: 3 })
    expect(await expectSound(shop, sale.id)).toMatchObject({ minted: 7, held: 7 })
  })
})
