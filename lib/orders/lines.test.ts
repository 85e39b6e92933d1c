import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { saleKeys } from '../../db/keys'
import { decided, granted, hold, intentsOf, payFor, placed } from '../../tests/purchase'
import {
  checkout,
  checkoutOf,
  itemOf,
  makeOverdue,
  mintSale,
  openShop,
  orderRecord,
  type Shop,
} from '../../tests/shop'
import { expectSound } from '../../tests/sound'
import { checkoutSchema } from '../contract'
import { newBuyerId } from '../id'
import type { SaleRecord } from '../sales/record'
import { cancelOrder, expireOrders } from './end'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.close())

/** An order over both items of a sale. */
async function placedBoth(sale: SaleRecord, [first, second]: [number, number]) {
  const buyerId = newBuyerId()
  await hold(shop, sale, { buyerId, quantity: first })
  await hold(shop, sale, { buyerId, quantity: second, item: 1 })
  return granted(
    await decided(shop, { sale, buyerId, idempotencyKey: 'key-00000001', checkout: checkoutOf(buyerId) }),
  )
}

const ownedBy = async (orderId: string) => {
  const rows = await shop.db.execute<{ unit: string }>(sql`
    select i.position || ':' || u.number as unit from units u join items i on i.sale_id = u.sale_id and i.id = u.item_id
    where u.order_id = ${orderId} order by i.position, u.number`)
  return rows.map((row) => row.unit)
}

test('I2: orders over several items own exactly the units of their lines, while they wait and once paid', async () => {
  const sale = await mintSale(shop, { allocations: [5, 5] })
  const [first, second] = [await placedBoth(sale, [2, 1]), await placedBoth(sale, [1, 3])]
  for (const pays of [false, true]) {
    if (pays) for (const { id } of [first, second]) await payFor(shop, id)
    expect(await ownedBy(first.id)).toEqual(['1:1', '1:2', '2:1'])
    expect(await ownedBy(second.id)).toEqual(['1:3', '2:2', '2:3', '2:4'])
  }
  expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 7, free: 3 })
})

test('I2: an order that ends unpaid owns nothing any more, and takes nothing of others with it', async () => {
  const sale = await mintSale(shop, { allocations: [6, 6] })
  const [cancels, lapses, stays] = [
    await placedBoth(sale, [2, 2]),
    await placedBoth(sale, [2, 2]),
    await placedBoth(sale, [2, 2]),
  ]
  await cancelOrder(shop, await orderRecord(shop, cancels.id))
  await makeOverdue(shop, lapses.id)
  await expireOrders(shop, sale.id)
  expect([await ownedBy(cancels.id), await ownedBy(lapses.id)]).toEqual([[], []])
  expect(await ownedBy(stays.id)).toEqual(['1:5', '1:6', '2:5', '2:6'])
  const heir = await placedBoth(sale, [3, 3])
  expect(await ownedBy(heir.id)).toEqual(['1:1', '1:2', '1:3', '2:1', '2:2', '2:3'])
  expect(await expectSound(shop, sale.id)).toMatchObject({ unpaid: 10, free: 2 })
})

test('I14: what is captured is the sum of the lines, for each order and for the sale', async () => {
  const sale = await mintSale(shop, { allocations: [9, 9], priceMinor: 1333 })
  const made = [
    await placedBoth(sale, [1, 2]),
    await placedBoth(sale, [3, 3]),
    await placedBoth(sale, [2, 1]),
  ]
  for (const { id } of made.slice(0, 2)) await payFor(shop, id)
  expect(await intentsOf(shop, made[0]?.id ?? '')).toMatchObject([{ amountMinor: 3 * 1333, captures: 1 }])
  expect(await intentsOf(shop, made[1]?.id ?? '')).toMatchObject([{ amountMinor: 6 * 1333, captures: 1 }])
  expect(await intentsOf(shop, made[2]?.id ?? '')).toEqual([])
  expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 9, unpaid: 3, free: 6 })
})

test('I10: a price that changes while a cart is open applies to later carts, not to that one', async () => {
  const sale = await mintSale(shop, { priceMinor: 1000, limit: 5 })
  const buyerId = newBuyerId()
  await hold(shop, sale, { buyerId, quantity: 1 })
  await shop.redis.hset(saleKeys(sale.id).items, { [`${itemOf(sale)}:price`]: 9000 })
  expect(await hold(shop, sale, { buyerId, quantity: 3 })).toMatchObject({ totalMinor: 3000 })
  expect(await hold(shop, sale)).toMatchObject({ totalMinor: 9000 })
  const made = granted(
    await decided(shop, { sale, buyerId, idempotencyKey: 'key-00000001', checkout: checkoutOf(buyerId) }),
  )
  expect(made).toMatchObject({
    totalMinor: 3000,
    currency: 'EUR',
    lines: [{ quantity: 3, priceMinor: 1000 }],
  })
  expect(await expectSound(shop, sale.id)).toMatchObject({ unpaid: 3, held: 1, free: 6 })
})

test('I10: a client that sends a price, a total or a currency is refused', async () => {
  for (const extra of [{ priceMinor: 1 }, { totalMinor: 1 }, { currency: 'JPY' }, { lines: [] }]) {
    expect(checkoutSchema.safeParse({ ...checkout, ...extra }).success).toBe(false)
  }
  const sale = await mintSale(shop, { priceMinor: 2500, currency: 'CHF' })
  expect(await placed(shop, sale)).toMatchObject({ totalMinor: 2500, currency: 'CHF' })
})
