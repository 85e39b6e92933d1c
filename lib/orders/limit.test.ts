import { afterAll, beforeAll, expect, test } from 'vitest'
import { saleKeys } from '../../db/keys'
import { bought, decided, granted, hold, placed } from '../../tests/purchase'
import {
  checkoutOf,
  itemOf,
  makeOverdue,
  mintSale,
  openShop,
  orderRecord,
  reload,
  type Shop,
} from '../../tests/shop'
import { expectSound } from '../../tests/sound'
import { reserve } from '../holds/reserve'
import { newMemory, reconcile } from '../repairs/reconcile'
import type { SaleRecord } from '../sales/record'
import { cancelOrder, expireOrders } from './end'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.close())

const orderAgain = async (sale: SaleRecord, buyerId: string) =>
  granted(
    await decided(shop, { sale, buyerId, idempotencyKey: 'key-00000002', checkout: checkoutOf(buyerId) }),
  )

test('I6: the ledger refuses what is over the limit even when Redis forgot what was bought', async () => {
  const sale = await mintSale(shop, { limit: 2 })
  const { buyerId } = await bought(shop, sale, { quantity: 2 })
  await shop.redis.del(saleKeys(sale.id).bought)
  await hold(shop, sale, { buyerId, quantity: 1 })
  expect(await orderAgain(sale, buyerId)).toMatchObject({ state: 'rejected', units: [] })
  await shop.redis.hset(saleKeys(sale.id).bought, { [`${buyerId}:${itemOf(sale)}`]: 2 })
  expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 2, free: 8 })
})

test('I6: the ledger refuses it too when Redis forgot the hold of an unpaid order', async () => {
  const sale = await mintSale(shop, { limit: 2 })
  const { buyerId } = await placed(shop, sale, { quantity: 2 })
  const { holds } = saleKeys(sale.id)
  const frozen = String(await shop.redis.hget(holds, buyerId))
  await shop.redis.hdel(holds, buyerId)
  await hold(shop, sale, { buyerId, quantity: 1 })
  expect(await orderAgain(sale, buyerId)).toMatchObject({ state: 'rejected' })
  await shop.redis.hset(holds, { [buyerId]: frozen })
  expect(await expectSound(shop, sale.id)).toMatchObject({ unpaid: 2, free: 8 })
})

test('I6: after a loss of Redis the limit still counts paid and unpaid orders', async () => {
  const before = await mintSale(shop, { limit: 2 })
  const paid = await bought(shop, before, { quantity: 2 })
  const unpaid = await placed(shop, before, { quantity: 1 })
  await shop.redis.flushdb()
  expect(await reconcile(shop, before.id, newMemory())).toMatchObject({ rebuilt: true })
  const sale = await reload(shop, before.id)
  const wish = { sale, itemId: itemOf(sale), quantity: 1 }
  expect(await reserve(shop, { ...wish, buyerId: paid.buyerId })).toMatchObject({ reason: 'limit_reached' })
  expect(await reserve(shop, { ...wish, buyerId: unpaid.buyerId })).toMatchObject({
    reason: 'already_ordered',
  })
  expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 2, unpaid: 1, free: 7 })
})

test('I6: a cancelled and an expired order give their share of the limit back, in both stores', async () => {
  const sale = await mintSale(shop, { limit: 2 })
  const first = await placed(shop, sale, { quantity: 2 })
  await cancelOrder(shop, await orderRecord(shop, first.id))
  const second = await placed(shop, sale, { buyerId: first.buyerId, quantity: 2, key: 'key-00000002' })
  await makeOverdue(shop, second.id)
  expect(await expireOrders(shop, sale.id)).toBe(1)
  // As if the wait after two orders without payment were over.
  await shop.redis.del(saleKeys(sale.id).lapses)
  await bought(shop, sale, { buyerId: first.buyerId, quantity: 2, key: 'key-00000003' })
  expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 2, free: 8 })
})
