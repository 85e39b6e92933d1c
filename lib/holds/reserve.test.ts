import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { items } from '../../db/schema'
import { bought, granted, hold, payFor, placed, tallyOf } from '../../tests/purchase'
import { itemOf, mintSale, newBuyers, openShop, type Shop } from '../../tests/shop'
import { sized } from '../../tests/size'
import { expectSound } from '../../tests/sound'
import { newBuyerId, newItemId } from '../id'
import { findCart } from './find'
import { release } from './release'
import { reserve } from './reserve'

let shop: Shop
/** A second process of the shop: its own connections to the same stores. */
let twin: Shop
beforeAll(async () => {
  shop = await openShop()
  twin = await openShop({ DATABASE_URL: shop.databaseUrl })
})
afterAll(() => Promise.all([shop.close(), twin.close()]))

test('I1: 500 buyers racing for 10 units over two processes get exactly 10', async () => {
  const sale = await mintSale(shop, { allocation: 10 })
  const itemId = itemOf(sale)
  const results = await Promise.all(
    newBuyers(500).map((buyerId, i) => reserve(i % 2 ? shop : twin, { sale, buyerId, itemId, quantity: 1 })),
  )
  expect(tallyOf(results)).toEqual({ ok: 10, empty_now: 490 })
  const numbers = results.flatMap((result) => (result.ok ? result.value.lines.flatMap((l) => l.units) : []))
  expect(numbers.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  expect(await expectSound(shop, sale.id)).toMatchObject({ minted: 10, held: 10, free: 0 })
})

test('I1: one unit and a crowd of thousands: exactly one gets it (fault 1)', async () => {
  const sale = await mintSale(shop, { allocation: 1 })
  const crowd = sized(3_000, 10_000)
  const results = await Promise.all(
    newBuyers(crowd).map((buyerId) => reserve(shop, { sale, buyerId, itemId: itemOf(sale), quantity: 1 })),
  )
  expect(tallyOf(results)).toEqual({ ok: 1, empty_now: crowd - 1 })
  expect(await expectSound(shop, sale.id)).toMatchObject({ held: 1 })
})

test('I1: buyers who want 3 of 10 get 3 whole or nothing, and the unit that is left goes to the next', async () => {
  const sale = await mintSale(shop, { allocation: 10 })
  const itemId = itemOf(sale)
  const results = await Promise.all(
    newBuyers(40).map((buyerId) => reserve(shop, { sale, buyerId, itemId, quantity: 3 })),
  )
  expect(tallyOf(results)).toEqual({ ok: 3, empty_now: 37 })
  expect((await hold(shop, sale)).lines[0]?.units).toEqual([10])
  expect(await expectSound(shop, sale.id)).toMatchObject({ held: 10, free: 0 })
})

test('I7: a crowd that fills, changes and empties its carts for a while loses no unit and invents none', async () => {
  const sale = await mintSale(shop, { allocations: [20, 7], limit: 5 })
  const rounds = sized(20, 200)
  await Promise.all(
    newBuyers(30).map(async (buyerId, who) => {
      for (let round = 0; round < rounds; round++) {
        const wish = (who * 7 + round * 13) % 6
        if (wish === 5) await release(shop, { sale, buyerId })
        else await reserve(shop, { sale, buyerId, itemId: itemOf(sale, round % 2), quantity: wish })
      }
    }),
  )
  const { held, free } = await expectSound(shop, sale.id)
  expect(held).toBeGreaterThan(0)
  expect(held + free).toBe(27)
})

test('I6: 50 tabs of one buyer that each want the limit leave the cart at the limit, once (fault 2)', async () => {
  const sale = await mintSale(shop, { allocation: 100, limit: 2 })
  const buyerId = newBuyerId()
  const tab = { sale, buyerId, itemId: itemOf(sale) }
  const results = await Promise.all(
    Array.from({ length: 50 }, (_, i) => reserve(i % 2 ? shop : twin, { ...tab, quantity: 2 + (i % 3) })),
  )
  expect(tallyOf(results)).toEqual({ ok: 17, limit_reached: 33 })
  expect(await expectSound(shop, sale.id)).toMatchObject({ held: 2, free: 98 })
})

test('I6: what a buyer paid for counts in every later cart, and an order in between blocks another cart', async () => {
  const sale = await mintSale(shop, { limit: 3 })
  const { buyerId } = await bought(shop, sale, { quantity: 2 })
  const more = { sale, buyerId, itemId: itemOf(sale) }
  const tabs = await Promise.all(Array.from({ length: 20 }, () => reserve(shop, { ...more, quantity: 2 })))
  expect(tallyOf(tabs)).toEqual({ limit_reached: 20 })
  await placed(shop, sale, { buyerId, quantity: 1, key: 'key-00000002' })
  expect(await reserve(shop, { ...more, quantity: 1 })).toEqual({ ok: false, reason: 'already_ordered' })
  expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 2, unpaid: 1 })
})

test('I10: a cart keeps the price it was made at, whatever the ledger says later', async () => {
  const sale = await mintSale(shop, { priceMinor: 1990 })
  const made = await placed(shop, sale, { quantity: 2 })
  await shop.db.update(items).set({ priceMinor: 1 }).where(eq(items.saleId, sale.id))
  expect(made).toMatchObject({ totalMinor: 3980, currency: 'EUR', lines: [{ priceMinor: 1990 }] })
  expect(await expectSound(shop, sale.id)).toMatchObject({ unpaid: 2 })
})

test('I13: a cart is read, changed and emptied by its own buyer only', async () => {
  const sale = await mintSale(shop)
  const mine = newBuyerId()
  await hold(shop, sale, { buyerId: mine, quantity: 2 })
  const stranger = { sale, buyerId: newBuyerId() }
  const nothing = { ok: false, reason: 'not_found' }
  expect(await findCart(shop, stranger)).toEqual(nothing)
  expect(await release(shop, stranger)).toEqual(nothing)
  expect(await reserve(shop, { ...stranger, itemId: itemOf(sale), quantity: 0 })).toEqual(nothing)
  expect(granted(await findCart(shop, { sale, buyerId: mine })).lines[0]?.quantity).toBe(2)
})

test('I5: `ifVersion` refuses a change that is based on an older cart, and a repeat of the same change is none', async () => {
  const sale = await mintSale(shop)
  const mine = { sale, buyerId: newBuyerId(), itemId: itemOf(sale) }
  const { version } = granted(await reserve(shop, { ...mine, quantity: 1 }))
  expect(granted(await reserve(shop, { ...mine, quantity: 2, ifVersion: version })).version).toBe(version + 1)
  expect(granted(await reserve(shop, { ...mine, quantity: 2, ifVersion: version })).version).toBe(version + 1)
  expect(await reserve(shop, { ...mine, quantity: 3, ifVersion: version })).toMatchObject({
    reason: 'cart_changed',
  })
})

test('I7: an item that is not of this sale is not found, and nothing changes', async () => {
  const [sale, other] = [await mintSale(shop), await mintSale(shop)]
  for (const itemId of [newItemId(), itemOf(other)]) {
    const refused = await reserve(shop, { sale, buyerId: newBuyerId(), itemId, quantity: 1 })
    expect(refused).toEqual({ ok: false, reason: 'not_found' })
  }
  expect(await expectSound(shop, sale.id)).toMatchObject({ free: 10 })
})

test('I7: empty_now while units may come back, sold_through once every unit is paid', async () => {
  const sale = await mintSale(shop, { allocation: 2 })
  await bought(shop, sale)
  const last = newBuyerId()
  const unpaid = await placed(shop, sale, { buyerId: last })
  const next = { sale, buyerId: newBuyerId(), itemId: itemOf(sale), quantity: 1 }
  expect(await reserve(shop, next)).toEqual({ ok: false, reason: 'empty_now' })
  await payFor(shop, unpaid.id)
  expect(await reserve(shop, next)).toEqual({ ok: false, reason: 'sold_through' })
  expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 2, free: 0 })
})
