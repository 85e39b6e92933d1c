import { afterAll, beforeAll, expect, test } from 'vitest'
import { decided, granted, payFor } from '../../tests/purchase'
import { checkoutOf, itemOf, mintSale, newBuyers, openShop, orderRecord, type Shop } from '../../tests/shop'
import { sized } from '../../tests/size'
import { expectSound } from '../../tests/sound'
import { release } from '../holds/release'
import { reserve } from '../holds/reserve'
import { cancelOrder } from '../orders/end'
import { newMemory, reconcile } from './reconcile'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.close())

/** Each such crowd is read twice in the middle of what it does. */
const atOnce = 10

test('I7: reconciling again and again in the middle of a rush changes nothing and breaks nothing', async () => {
  const sale = await mintSale(shop, { allocation: 60 })
  const memory = newMemory()
  const buyers = newBuyers(sized(60, 400))
  for (let from = 0; from < buyers.length; from += atOnce) {
    const crowd = buyers.slice(from, from + atOnce).map(async (buyerId, i) => {
      const held = await reserve(shop, { sale, buyerId, itemId: itemOf(sale), quantity: 1 })
      if (!held.ok) return
      if (i % 5 === 4) return void (await release(shop, { sale, buyerId }))
      const made = granted(
        await decided(shop, { sale, buyerId, idempotencyKey: 'key-00000001', checkout: checkoutOf(buyerId) }),
      )
      if (i % 5 < 3) await payFor(shop, made.id)
      else await cancelOrder(shop, await orderRecord(shop, made.id))
    })
    expect(await reconcile(shop, sale.id, memory)).toMatchObject({ rebuilt: false })
    expect(await reconcile(shop, sale.id, memory)).toMatchObject({ rebuilt: false })
    await Promise.all(crowd)
  }
  await reconcile(shop, sale.id, memory)
  await reconcile(shop, sale.id, memory)
  const { paid, free } = await expectSound(shop, sale.id)
  expect(paid).toBeGreaterThan(0)
  expect(paid + free).toBe(60)
})
