import { afterAll, beforeAll, expect, test } from 'vitest'
import { freeScoresPerItem } from '../../db/keys'
import { busySale } from '../../tests/busy-sale'
import { placed, queued } from '../../tests/purchase'
import { openShop, type Shop } from '../../tests/shop'
import { cancelOrder } from '../orders/end'
import { verifySale } from './verify'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.close())

test('a sound sale holds every invariant, and its counts add up to what was minted', async () => {
  const { sale, item } = await busySale(shop)
  const cancelled = await placed(shop, sale, { quantity: 1 })
  await cancelOrder(shop, { ...cancelled, saleId: sale.id })
  await queued(shop, sale)
  const found = await verifySale(shop, sale)
  expect(found.checks.filter((check) => !check.ok)).toEqual([])
  expect(found).toMatchObject({ ok: true, slug: sale.slug, capturedMinor: 4 * 1990, paidMinor: 4 * 1990 })
  expect(found.items).toEqual([
    { id: item, title: 'Thing 1', minted: 10, free: 2, held: 2, owned: 6, withdrawn: 0, sold: 4, leaked: 0 },
  ])
  expect(found.orders).toMatchObject({ paid: 2, awaiting_payment: 1, cancelled: 1, expired: 0 })
  expect(found.payments).toEqual({ captured: 2 })
})

test('what is gone in the next reading was on its way between the stores, and does not count', async () => {
  const { sale, keys, item } = await busySale(shop)
  await shop.redis.hincrby(keys.items, `${item}:sold`, 1)
  const verified = verifySale(shop, sale)
  // The first reading is over well before the second one begins.
  await new Promise((resolve) => setTimeout(resolve, 500))
  await shop.redis.hincrby(keys.items, `${item}:sold`, -1)
  expect((await verified).ok).toBe(true)
})

test('it says which unit, order or buyer breaks which invariant', async () => {
  const { sale, keys, item } = await busySale(shop)
  await shop.redis.zadd(keys.free, { score: freeScoresPerItem, member: '1:1' })
  const found = await verifySale(shop, sale, 1)
  expect(found.ok).toBe(false)
  expect(found.checks.find((check) => check.invariant === 'I7')?.says).toBe(
    `1 × unit both free and owned (${item} no. 1)`,
  )
})
