import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { saleKeys } from '../../db/keys'
import { decided, granted, hold, tallyOf } from '../../tests/purchase'
import { checkout, mintSale, newBuyers, openShop, type Shop } from '../../tests/shop'
import { reserve } from '../holds/reserve'
import { ok, refused } from '../result'
import type { SaleRecord } from '../sales/record'
import type { GivenProof } from '../units/proof'
import { order } from './order'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.close())

const none = refused('captcha_required')
const proof = (id: string): GivenProof => ok({ id, untilMs: Date.now() + 60_000 })

type Wish = { buyerId: string; key?: string; given?: GivenProof }
const request = (sale: SaleRecord, { buyerId, key = randomUUID(), given = none }: Wish) => ({
  ...{ sale, buyerId, idempotencyKey: key, checkout, proof: given },
})

async function shopper(sale: SaleRecord): Promise<string> {
  const [buyerId = ''] = newBuyers(1)
  await hold(shop, sale, { buyerId })
  return buyerId
}

test('attack 11: an order without a proof is refused, and the cart stays as it is', async () => {
  const sale = await mintSale(shop, { proof: 'order' })
  const buyerId = await shopper(sale)
  for (const given of [none, refused('captcha_failed')])
    expect(await order(shop, request(sale, { buyerId, given }))).toEqual(given)
  expect(await shop.redis.exists(saleKeys(sale.id).proofs)).toBe(0)
  const made = granted(await decided(shop, request(sale, { buyerId, key: 'key-of-one', given: proof('a') })))
  expect(made.state).toBe('awaiting_payment')
})

test('I5: the same order again passes with its used proof, with another one, and with none', async () => {
  const sale = await mintSale(shop, { proof: 'order' })
  const buyerId = await shopper(sale)
  const made = granted(await decided(shop, request(sale, { buyerId, key: 'key-of-one', given: proof('a') })))
  for (const given of [proof('a'), proof('b'), none, refused('captcha_failed')]) {
    const again = granted(await order(shop, request(sale, { buyerId, key: 'key-of-one', given })))
    expect(again.id).toBe(made.id)
  }
})

test('attack 11: a proof is used up by its order; another order with it fails', async () => {
  const sale = await mintSale(shop, { proof: 'order' })
  const [one, other] = [await shopper(sale), await shopper(sale)]
  granted(await decided(shop, request(sale, { buyerId: one, key: 'key-of-one', given: proof('a') })))
  expect(await order(shop, request(sale, { buyerId: other, given: proof('a') }))).toMatchObject({
    reason: 'captcha_failed',
  })
  granted(await decided(shop, request(sale, { buyerId: other, key: 'key-of-two', given: proof('b') })))
})

test('a proof is not used up by an order that is refused for another reason', async () => {
  const sale = await mintSale(shop, { proof: 'order' })
  const [buyerId = ''] = newBuyers(1)
  const early = await order(shop, request(sale, { buyerId, given: proof('a') }))
  expect(early).toMatchObject({ reason: 'hold_expired' })
  await hold(shop, sale, { buyerId })
  granted(await decided(shop, request(sale, { buyerId, key: 'key-of-one', given: proof('a') })))
})

test('attack 12: one proof 100 times in parallel, for as many orders, places one; 100 proofs place all', async () => {
  const placeWith = async (proofOf: (index: number) => GivenProof) => {
    const sale = await mintSale(shop, { proof: 'order', allocation: 100 })
    const buyers = await Promise.all(Array.from({ length: 100 }, () => shopper(sale)))
    return Promise.all(
      buyers.map((buyerId, at) => order(shop, request(sale, { buyerId, given: proofOf(at) }))),
    )
  }
  expect(tallyOf(await placeWith(() => proof('shared')))).toEqual({ ok: 1, captcha_failed: 99 })
  expect(tallyOf(await placeWith((at) => proof(`own-${at}`)))).toEqual({ ok: 100 })
})

test('a sale that asks for no proof takes orders that bring none', async () => {
  const sale = await mintSale(shop)
  const [buyerId = ''] = newBuyers(1)
  const itemId = sale.items[0]?.id ?? ''
  granted(await reserve(shop, { sale, buyerId, itemId, quantity: 1 }))
  granted(await order(shop, { sale, buyerId, idempotencyKey: 'key-of-one', checkout }))
})
