import { afterAll, beforeAll, expect, test } from 'vitest'
import { decided, granted, payFor } from '../../tests/purchase'
import { checkout, itemOf, mintSale, newBuyers, openShop, orderRecord, type Shop } from '../../tests/shop'
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

test('I7: reconciling again and again in the middle of a rush changes nothing and breaks nothing', async () => {
  const sale = await mintSale(shop, { allocation: 60 })
  let selling = true
  const rush = Promise.all(
    newBuyers(sized(60, 400)).map(async (buyerId, i) => {
      const held = await reserve(shop, { sale, buyerId, itemId: itemOf(sale), quantity: 1 })
      if (!held.ok) return
      if (i % 5 === 4) return void (await release(shop, { sale, buyerId }))
      const made = granted(await decided(shop, { sale, buyerId, idempotencyKey: 'key-00000001', checkout }))
      if (i % 5 < 3) await payFor(shop, made.id)
      else await cancelOrder(shop, await orderRecord(shop, made.id))
    }),
  ).finally(() => {
    selling = false
  })
  const memory = newMemory()
  let readings = 0
  while (selling) {
    expect(await reconcile(shop, sale.id, memory)).toMatchObject({ rebuilt: false })
    readings += 1
  }
  await rush
  expect(readings).toBeGreaterThan(2)
  await reconcile(shop, sale.id, memory)
  await reconcile(shop, sale.id, memory)
  const { paid, free } = await expectSound(shop, sale.id)
  expect(paid).toBeGreaterThan(0)
  expect(paid + free).toBe(60)
})
