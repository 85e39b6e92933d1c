import { afterAll, beforeAll, expect, test } from 'vitest'
import { granted, hold, placed, tallyOf } from '../../tests/purchase'
import { itemOf, mintSale, newBuyers, openShop, type Shop, until } from '../../tests/shop'
import { expectSound } from '../../tests/sound'
import { newBuyerId } from '../id'
import { extend } from './extend'
import { findCart } from './find'
import { release } from './release'
import { reserve } from './reserve'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.close())

test('I7: emptying a cart 20 times at once gives each unit back once, and the crowd gets exactly those', async () => {
  const sale = await mintSale(shop, { allocation: 5 })
  const buyerId = newBuyerId()
  await hold(shop, sale, { buyerId, quantity: 5 })
  await Promise.all(Array.from({ length: 20 }, () => release(shop, { sale, buyerId })))
  expect(await expectSound(shop, sale.id)).toMatchObject({ free: 5, held: 0 })
  const crowd = await Promise.all(
    newBuyers(40).map((each) => reserve(shop, { sale, buyerId: each, itemId: itemOf(sale), quantity: 1 })),
  )
  expect(tallyOf(crowd)).toEqual({ ok: 5, empty_now: 35 })
  expect(await expectSound(shop, sale.id)).toMatchObject({ free: 0, held: 5 })
})

test('I7: returned numbers go out before new ones', async () => {
  const sale = await mintSale(shop, { allocation: 10, limit: 10 })
  const buyerId = newBuyerId()
  await hold(shop, sale, { buyerId, quantity: 3 })
  await release(shop, { sale, buyerId })
  expect((await hold(shop, sale, { quantity: 4 })).lines[0]?.units).toEqual([1, 2, 3, 4])
})

test('I8: neither emptying a cart nor filling it again moves its deadline', async () => {
  const sale = await mintSale(shop)
  const mine = { sale, buyerId: newBuyerId() }
  const first = await hold(shop, sale, mine)
  granted(await release(shop, mine))
  expect(await findCart(shop, mine)).toEqual({ ok: false, reason: 'not_found' })
  const refilled = await hold(shop, sale, { ...mine, quantity: 2 })
  expect(refilled.deadline).toBe(first.deadline)
  granted(await reserve(shop, { ...mine, itemId: itemOf(sale), quantity: 0 }))
  expect((await hold(shop, sale, mine)).deadline).toBe(first.deadline)
})

test('I8: a new deadline starts only after the old one has passed', async () => {
  const sale = await mintSale(shop, { holdSeconds: 1 })
  const mine = { sale, buyerId: newBuyerId() }
  const first = await hold(shop, sale, mine)
  granted(await release(shop, mine))
  const later = await until('a deadline after the first', async () => {
    const cart = await hold(shop, sale, mine)
    return cart.deadline !== first.deadline && cart
  })
  expect(Date.parse(later.now)).toBeGreaterThanOrEqual(Date.parse(first.deadline))
  expect(await expectSound(shop, sale.id)).toMatchObject({ held: 1, free: 9 })
})

test('I7: an ordered cart can be neither emptied nor extended nor changed', async () => {
  const sale = await mintSale(shop)
  const { buyerId } = await placed(shop, sale, { quantity: 2 })
  const refused = { ok: false, reason: 'already_ordered' }
  expect(await release(shop, { sale, buyerId })).toEqual(refused)
  expect(await extend(shop, { sale, buyerId })).toEqual(refused)
  for (const quantity of [0, 1, 2, 3]) {
    expect(await reserve(shop, { sale, buyerId, itemId: itemOf(sale), quantity })).toEqual(refused)
  }
  expect(await expectSound(shop, sale.id)).toMatchObject({ unpaid: 2 })
})

test('I5: 20 copies of one wish to extend move the deadline by one hold length', async () => {
  const sale = await mintSale(shop, { holdSeconds: 60, extensions: 2 })
  const mine = { sale, buyerId: newBuyerId() }
  const before = await hold(shop, sale, mine)
  const copies = await Promise.all(
    Array.from({ length: 20 }, () => extend(shop, { ...mine, request: 'a-wish-of-mine' })),
  )
  for (const copy of copies) {
    expect(Date.parse(granted(copy).deadline) - Date.parse(before.deadline)).toBe(60_000)
    expect(granted(copy).extensions).toBe(1)
  }
})

test('I8: a hold is extended as often as the sale allows, and an ended one never', async () => {
  const sale = await mintSale(shop, { extensions: 1 })
  const mine = { sale, buyerId: newBuyerId() }
  expect(await extend(shop, mine)).toEqual({ ok: false, reason: 'hold_expired' })
  await hold(shop, sale, mine)
  granted(await extend(shop, mine))
  expect(await extend(shop, mine)).toEqual({ ok: false, reason: 'limit_reached' })
  granted(await release(shop, mine))
  expect(await extend(shop, mine)).toEqual({ ok: false, reason: 'hold_expired' })
})
