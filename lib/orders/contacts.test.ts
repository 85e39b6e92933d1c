import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { saleKeys } from '../../db/keys'
import { contactCounts, orders } from '../../db/schema'
import { bought, decided, granted, hold, payFor } from '../../tests/purchase'
import {
  checkout,
  makeOverdue,
  mintSale,
  newBuyers,
  openShop,
  orderRecord,
  reload,
  type Shop,
} from '../../tests/shop'
import { sized } from '../../tests/size'
import { expectSound } from '../../tests/sound'
import type { Order } from '../contract'
import { newBuyerId } from '../id'
import { newMemory, reconcile } from '../repairs/reconcile'
import type { SaleRecord } from '../sales/record'
import { cancelOrder, expireOrders } from './end'

let shop: Shop
/** A second process of the shop. */
let twin: Shop
beforeAll(async () => {
  shop = await openShop()
  twin = await openShop({ DATABASE_URL: shop.databaseUrl })
})
afterAll(() => Promise.all([shop.close(), twin.close()]))

type Wish = { buyerId?: string; email: string; quantity?: number; by?: Shop }

/** An order from another browser, as the ledger decided about it. */
async function orderOf(sale: SaleRecord, wish: Wish): Promise<Order> {
  const { buyerId = newBuyerId(), email, quantity = 1, by = shop } = wish
  await hold(by, sale, { buyerId, quantity })
  const details = { ...checkout, email }
  return granted(await decided(by, { sale, buyerId, idempotencyKey: 'key-00000001', checkout: details }))
}

const variants = (count: number) =>
  Array.from({ length: count }, (_, i) =>
    i % 3 === 0
      ? 'ada.lovelace@gmail.com'
      : i % 3 === 1
        ? `AdaLovelace+${i}@gmail.com`
        : 'a.dalovelace@googlemail.com',
  )

test('I6: one person in many sessions at once, over two processes, gets the limit of one (attacks 20 and 31)', async () => {
  const sessions = sized(30, 200)
  const sale = await mintSale(shop, { allocation: sessions, limit: 3 })
  const made = await Promise.all(
    variants(sessions).map((email, i) => orderOf(sale, { email, by: i % 2 ? shop : twin })),
  )
  const confirmed = made.filter(({ state }) => state === 'awaiting_payment')
  expect(confirmed).toHaveLength(3)
  for (const { state, refusal, units } of made) {
    if (state !== 'awaiting_payment')
      expect({ state, refusal, units }).toEqual({ state: 'rejected', refusal: 'limit_reached', units: [] })
  }
  for (const { id } of confirmed) await payFor(shop, id)
  expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 3, free: sessions - 3 })
})

test('I6: negative control: the same crowd from mailboxes of their own is refused nothing', async () => {
  const sale = await mintSale(shop, { allocation: 30, limit: 3 })
  const made = await Promise.all(newBuyers(30).map((each) => orderOf(sale, { email: `${each}@gmail.com` })))
  expect(made.every(({ state }) => state === 'awaiting_payment')).toBe(true)
  expect(await expectSound(shop, sale.id)).toMatchObject({ unpaid: 30 })
})

test('I6: a family with one mailbox shares one limit, and whoever is over it learns why', async () => {
  const sale = await mintSale(shop, { limit: 2 })
  const email = 'family@example.com'
  expect(await orderOf(sale, { email })).toMatchObject({ state: 'awaiting_payment', refusal: null })
  // Two more would be three: nothing of it, rather than a part.
  expect(await orderOf(sale, { email, quantity: 2 })).toMatchObject({
    state: 'rejected',
    refusal: 'limit_reached',
  })
  expect(await orderOf(sale, { email })).toMatchObject({ state: 'awaiting_payment' })
  expect(await expectSound(shop, sale.id)).toMatchObject({ unpaid: 2, free: 8 })
})

test('I6: what was cancelled or expired counts for no mailbox any more, and another sale counts by itself', async () => {
  const sale = await mintSale(shop, { limit: 1 })
  const email = 'ada@example.com'
  const cancelled = await orderOf(sale, { email })
  await cancelOrder(shop, await orderRecord(shop, cancelled.id))
  const expired = await orderOf(sale, { email })
  await makeOverdue(shop, expired.id)
  expect(await expireOrders(shop, sale.id)).toBe(1)
  expect(await orderOf(sale, { email })).toMatchObject({ state: 'awaiting_payment' })
  expect(await orderOf(await mintSale(shop, { limit: 1 }), { email })).toMatchObject({
    state: 'awaiting_payment',
  })
  expect(await expectSound(shop, sale.id)).toMatchObject({ unpaid: 1, free: 9 })
})

test('I6: after a loss of Redis a mailbox still has its limit', async () => {
  const before = await mintSale(shop, { limit: 1 })
  const { id, buyerId } = await bought(shop, before)
  await shop.redis.del(...Object.values(saleKeys(before.id)))
  expect(await reconcile(shop, before.id, newMemory())).toMatchObject({ rebuilt: true })
  const sale = await reload(shop, before.id)
  const again = await orderOf(sale, { email: `${buyerId}+2@example.com` })
  expect(again).toMatchObject({ state: 'rejected', refusal: 'limit_reached' })
  expect((await orderRecord(shop, id)).state).toBe('paid')
  expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 1, free: 9 })
})

test('the count of a mailbox holds nothing that tells whose it is', async () => {
  const sale = await mintSale(shop)
  await orderOf(sale, { email: 'ada@example.com' })
  const [row] = await shop.db.select().from(contactCounts).where(eq(contactCounts.saleId, sale.id))
  expect(JSON.stringify(row)).not.toContain('ada')
  const [made] = await shop.db.select().from(orders).where(eq(orders.saleId, sale.id))
  expect(made?.contact).toBe(row?.contact)
})
