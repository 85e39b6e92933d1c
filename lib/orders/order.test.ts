import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { saleKeys } from '../../db/keys'
import { orders } from '../../db/schema'
import { bought, decided, granted, hold, intentsOf, payFor, placed, queued } from '../../tests/purchase'
import { checkout, checkoutOf, mintSale, newBuyers, openShop, orderRecord, type Shop } from '../../tests/shop'
import { expectSound } from '../../tests/sound'
import { findCart } from '../holds/find'
import { newBuyerId } from '../id'
import type { SaleRecord } from '../sales/record'
import { claimNext } from './claim-next'
import { cancelOrder } from './end'
import { order } from './order'

let shop: Shop
let twin: Shop
beforeAll(async () => {
  shop = await openShop()
  twin = await openShop({ DATABASE_URL: shop.databaseUrl })
})
afterAll(() => Promise.all([shop.close(), twin.close()]))

const key = 'key-00000001'
const keyReused = { ok: false, reason: 'key_reused' }
const other = { ...checkout, city: 'Paris' }
const ordersOf = async (sale: SaleRecord) =>
  shop.db.select({ id: orders.id, state: orders.state }).from(orders).where(eq(orders.saleId, sale.id))

test('I4: one key pressed 30 times at once in two processes is one order with one set of units', async () => {
  const sale = await mintSale(shop)
  const mine = { sale, buyerId: newBuyerId(), idempotencyKey: key, checkout }
  await hold(shop, sale, { ...mine, quantity: 2 })
  const made = await Promise.all(
    Array.from({ length: 30 }, (_, i) => decided(i % 2 ? shop : twin, mine).then(granted)),
  )
  expect(new Set(made.map((each) => each.id)).size).toBe(1)
  expect(new Set(made.map((each) => each.state))).toEqual(new Set(['awaiting_payment']))
  expect(await ordersOf(sale)).toHaveLength(1)
  expect(await expectSound(shop, sale.id)).toMatchObject({ unpaid: 2, free: 8 })
})

test('I4: 20 tabs with keys of their own make one order of one cart; the others are told so', async () => {
  const sale = await mintSale(shop)
  const buyerId = newBuyerId()
  await hold(shop, sale, { buyerId, quantity: 2 })
  const tabs = await Promise.all(
    newBuyers(20).map((idempotencyKey, i) =>
      order(i % 2 ? shop : twin, { sale, buyerId, idempotencyKey, checkout: checkoutOf(buyerId) }),
    ),
  )
  expect(tabs.filter((tab) => tab.ok)).toHaveLength(1)
  expect(tabs.filter((tab) => !tab.ok && tab.reason === 'already_ordered')).toHaveLength(19)
  expect(await ordersOf(sale)).toHaveLength(1)
  expect(await expectSound(shop, sale.id)).toMatchObject({ unpaid: 2, free: 8 })
})

test('I4: the same key with other details is key_reused: before the claim, after it, paid, and cancelled', async () => {
  const sale = await mintSale(shop)
  const { buyerId, id } = await queued(shop, sale)
  const wrong = { sale, buyerId, idempotencyKey: key, checkout: other }
  expect(await order(shop, wrong)).toEqual(keyReused)
  await claimNext(shop, sale.id, 'new')
  expect(await order(shop, wrong)).toEqual(keyReused)
  await payFor(shop, id)
  expect(await order(shop, wrong)).toEqual(keyReused)
  const second = await placed(shop, sale)
  await cancelOrder(shop, await orderRecord(shop, second.id))
  expect(await order(shop, { ...wrong, buyerId: second.buyerId })).toEqual(keyReused)
  expect((await orderRecord(shop, id)).details).toContain('London')
  expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 1, free: 9 })
})

test('I4: a late retry gets its order back, whatever became of it since', async () => {
  const sale = await mintSale(shop)
  const { buyerId, id } = await placed(shop, sale)
  const again = async () => {
    const { state, id: sameId } = granted(
      await order(shop, { sale, buyerId, idempotencyKey: key, checkout: checkoutOf(buyerId) }),
    )
    return { state, id: sameId }
  }
  expect(await again()).toEqual({ id, state: 'awaiting_payment' })
  await payFor(shop, id)
  expect(await again()).toEqual({ id, state: 'paid' })
  expect(await intentsOf(shop, id)).toMatchObject([{ captures: 1 }])
})

test('I4: a late retry of a paid order leaves the cart alone that its buyer filled since', async () => {
  const sale = await mintSale(shop)
  const { buyerId, id } = await bought(shop, sale, { quantity: 2 })
  const cart = await hold(shop, sale, { buyerId, quantity: 3 })
  const late = { sale, buyerId, idempotencyKey: key }
  const same = { ...late, checkout: checkoutOf(buyerId) }
  expect(granted(await decided(shop, same))).toMatchObject({ id, state: 'paid' })
  expect(await order(shop, { ...late, checkout: other })).toEqual(keyReused)
  expect(granted(await findCart(shop, { sale, buyerId })).lines).toEqual(cart.lines)
  expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 2, held: 3, free: 5 })
})

test('I4: an old key that reaches Redis after all, with a new cart, neither sells that cart nor leaks it', async () => {
  const sale = await mintSale(shop)
  const { buyerId, id } = await bought(shop, sale, { quantity: 2 })
  // The ledger was away when the retry asked whether it knows the key.
  await queued(shop, sale, { buyerId, quantity: 3, key })
  await claimNext(shop, sale.id, 'new')
  expect((await orderRecord(shop, id)).state).toBe('paid')
  expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 2, free: 8 })
})

test('I5: the server died right after Redis queued an order: its buyer’s retry is answered with it (fault 4)', async () => {
  const sale = await mintSale(shop)
  const { buyerId, id } = await queued(shop, sale, { quantity: 2 })
  const retried = granted(
    await decided(twin, { sale, buyerId, idempotencyKey: key, checkout: checkoutOf(buyerId) }),
  )
  expect(retried).toMatchObject({ id, state: 'awaiting_payment', units: [1, 2] })
  expect(await ordersOf(sale)).toHaveLength(1)
  expect(await expectSound(shop, sale.id)).toMatchObject({ unpaid: 2, free: 8 })
})

test('I4: without a cart there is nothing to order, and an emptied one is none', async () => {
  const sale = await mintSale(shop)
  const nobody = { sale, buyerId: newBuyerId(), idempotencyKey: key, checkout }
  expect(await order(shop, nobody)).toEqual({ ok: false, reason: 'hold_expired' })
  expect(await ordersOf(sale)).toEqual([])
  expect(await shop.redis.xlen(saleKeys(sale.id).orders)).toBe(0)
})

test('I4: after a cancelled order the same buyer orders again with a new key', async () => {
  const sale = await mintSale(shop, { allocation: 1 })
  const first = await placed(shop, sale)
  await cancelOrder(shop, await orderRecord(shop, first.id))
  const second = await placed(shop, sale, { buyerId: first.buyerId, key: 'key-00000002' })
  expect(second.units).toEqual([1])
  expect(await ordersOf(sale)).toHaveLength(2)
  expect(await expectSound(shop, sale.id)).toMatchObject({ unpaid: 1, free: 0 })
})
