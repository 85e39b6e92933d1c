import { afterAll, beforeAll, expect, test } from 'vitest'
import { saleKeys } from '../../db/keys'
import { granted, tallyOf } from '../../tests/purchase'
import { itemOf, mintSale, newBuyers, openShop, type Shop } from '../../tests/shop'
import { config } from '../config'
import { ok, refused } from '../result'
import type { SaleRecord } from '../sales/record'
import type { GivenProof } from '../units/proof'
import { findCart } from './find'
import { release } from './release'
import { reserve } from './reserve'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.close())

const none = refused('captcha_required')
const proof = (id: string, untilMs = Date.now() + 60_000): GivenProof => ok({ id, untilMs })

const put = (sale: SaleRecord, buyerId: string, quantity: number, given: GivenProof = none) =>
  reserve(shop, { sale, buyerId, itemId: itemOf(sale), quantity, proof: given })

/** A buyer who has changed their cart as often as nobody minds; it holds one unit. */
async function busy(sale: SaleRecord): Promise<string> {
  const [buyerId = ''] = newBuyers(1)
  for (let change = 1; change <= config.captcha.freeReserves; change++)
    granted(await put(sale, buyerId, change % 2 === 1 ? 1 : 2))
  return buyerId
}

test('where proofs are asked for after repeated reserves, the first ones need none', async () => {
  const sale = await mintSale(shop, { proof: 'reserves' })
  const buyerId = await busy(sale)
  expect(await put(sale, buyerId, 5)).toMatchObject({ reason: 'captcha_required' })
  expect(granted(await findCart(shop, { sale, buyerId })).lines[0]?.quantity, 'nothing changed').toBe(1)
  granted(await put(sale, buyerId, 5, proof('first')))
})

test('what takes nothing needs no proof: a repeat, fewer units, none', async () => {
  const sale = await mintSale(shop, { proof: 'reserves' })
  const buyerId = await busy(sale)
  granted(await put(sale, buyerId, 1))
  granted(await put(sale, buyerId, 0))
  expect(await put(sale, buyerId, 1)).toMatchObject({ reason: 'captcha_required' })
})

test('emptying the cart and filling it again does not begin the count anew', async () => {
  const sale = await mintSale(shop, { proof: 'reserves' })
  const [buyerId = ''] = newBuyers(1)
  const changes = []
  for (let round = 0; round < config.captcha.freeReserves; round++) {
    changes.push(await put(sale, buyerId, 1))
    granted(await release(shop, { sale, buyerId }).then((each) => (each.ok ? each : ok(null))))
  }
  expect(tallyOf(changes)).toEqual({ ok: 3, captcha_required: 2 })
})

test('a proof lasts for as many changes as were free, and is good for one time', async () => {
  const sale = await mintSale(shop, { proof: 'reserves' })
  const buyerId = await busy(sale)
  granted(await put(sale, buyerId, 2, proof('a')))
  for (let change = 1; change < config.captcha.freeReserves; change++)
    granted(await put(sale, buyerId, change % 2 === 1 ? 1 : 2))
  const full = granted(await findCart(shop, { sale, buyerId })).lines[0]?.quantity ?? 0
  expect(await put(sale, buyerId, full + 1, proof('a'))).toMatchObject({ reason: 'captcha_failed' })
  granted(await put(sale, buyerId, full + 1, proof('b')))
})

test('I5: the same reserve again, whose answer was lost, passes with its used proof and changes nothing', async () => {
  const sale = await mintSale(shop, { proof: 'reserves' })
  const buyerId = await busy(sale)
  const first = granted(await put(sale, buyerId, 3, proof('a')))
  const again = granted(await put(sale, buyerId, 3, proof('a')))
  expect({ ...again, now: '' }).toEqual({ ...first, now: '' })
})

test('attack 12: one proof 100 times in parallel, for as many carts, fills one', async () => {
  const sale = await mintSale(shop, { proof: 'reserves', allocation: 300, allocations: [300] })
  const buyers = await Promise.all(Array.from({ length: 100 }, () => busy(sale)))
  const all = await Promise.all(buyers.map((buyerId) => put(sale, buyerId, 2, proof('shared'))))
  expect(tallyOf(all)).toEqual({ ok: 1, captcha_failed: 99 })
})

test('a proof that was no good is told as what was wrong with it, and only where one is needed', async () => {
  const sale = await mintSale(shop, { proof: 'reserves' })
  const buyerId = await busy(sale)
  expect(await put(sale, buyerId, 2, refused('captcha_failed'))).toMatchObject({ reason: 'captcha_failed' })
  granted(await put(sale, buyerId, 0, refused('captcha_failed')))
})

test('the shop itself, which moves late payments, is asked for none', async () => {
  const sale = await mintSale(shop, { proof: 'reserves' })
  const buyerId = await busy(sale)
  granted(await reserve(shop, { sale, buyerId, itemId: itemOf(sale), quantity: 2 }))
})

test('used proofs are forgotten once they are too old to be used again, and not before', async () => {
  const sale = await mintSale(shop, { proof: 'reserves' })
  const { proofs } = saleKeys(sale.id)
  const longAgo = Date.now() - 2 * config.captcha.proofSeconds * 1_000
  const old = Array.from({ length: 10 }, (_, i) => ({ score: longAgo, member: `old-${i}` }))
  await shop.redis.zadd(proofs, { score: longAgo, member: 'oldest' }, ...old)
  granted(await put(sale, await busy(sale), 2, proof('good')))
  // Over by now, but some clock may still think that it is not.
  granted(await put(sale, await busy(sale), 2, proof('just-over', Date.now() - 1_000)))
  expect(await shop.redis.zrange(proofs, 0, -1)).toEqual(['just-over', 'good'])
  expect(await put(sale, await busy(sale), 2, proof('just-over'))).toMatchObject({ reason: 'captcha_failed' })
})
