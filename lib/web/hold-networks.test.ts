import { afterAll, beforeAll, expect, test } from 'vitest'
import { saleKeys } from '../../db/keys'
import { granted, payFor, placed, queued, tallyOf } from '../../tests/purchase'
import {
  itemOf,
  makeHoldDue,
  makeOverdue,
  mintSale,
  newBuyers,
  openShop,
  orderRecord,
  type Shop,
} from '../../tests/shop'
import { expectSound } from '../../tests/sound'
import { config } from '../config'
import { expireHolds } from '../holds/expire'
import { release } from '../holds/release'
import { networkMost, reserve } from '../holds/reserve'
import { newBuyerId } from '../id'
import { cancelOrder, expireOrders } from '../orders/end'
import { newMemory, reconcile } from '../repairs/reconcile'
import type { SaleRecord } from '../sales/record'
import { answer } from './answer'
import { reserveEndpoint } from './endpoints/carts'
import { tokenOf } from './identity'
import { holdNetwork } from './limiter'

let shop: Shop
let twin: Shop
beforeAll(async () => {
  shop = await openShop()
  twin = await openShop({ DATABASE_URL: shop.databaseUrl })
})
afterAll(() => Promise.all([shop.close(), twin.close()]))

const trusted = '127.0.0.1'

/** `PUT …/cart/items/…` of a new buyer from this address, as the server hands it on. */
async function putFrom(sale: SaleRecord, address: string, by = shop, quantity = 1) {
  const headers: Record<string, string> = {
    authorization: `Bearer ${tokenOf(by.env.APP_SECRET, newBuyerId())}`,
    'content-type': 'application/json',
    'x-client-address': address,
  }
  const request = {
    url: 'http://shop.example/',
    headers: { get: (name: string) => headers[name] ?? null },
    body: (async function* () {
      yield Buffer.from(JSON.stringify({ quantity }))
    })(),
  }
  const reply = await answer(by, reserveEndpoint, request, { slug: sale.slug, itemId: itemOf(sale) })
  return { status: reply.status, headers: reply.headers, body: JSON.parse(reply.body) }
}

const countsOf = async (sale: SaleRecord): Promise<number[]> =>
  (((await shop.redis.hgetall(saleKeys(sale.id).networks)) ?? []) as unknown as string[]).flatMap(
    (value, i) => (i % 2 ? [Number(value)] : []),
  )

test('100 accounts of one network that never pay get a quarter of the sale, at once or not; others buy on (attack 18)', async () => {
  const sale = await mintSale(shop, { allocation: 160 })
  const most = networkMost(sale)
  expect(most).toBe(40)
  const tried = await Promise.all(
    Array.from({ length: 100 }, (_, i) => putFrom(sale, '198.51.100.7', i % 2 ? shop : twin)),
  )
  expect(tried.filter(({ status }) => status === 200)).toHaveLength(most)
  const refused = tried.filter(({ status }) => status !== 200)
  for (const { status, headers, body } of refused) {
    expect(status).toBe(429)
    expect(headers).toMatchObject({
      'content-type': 'application/problem+json',
      'retry-after': String(config.hold.networkRetrySeconds),
    })
    expect(body).toMatchObject({ reason: 'too_many_requests', cause: 'network_full' })
    expect(body.title).toContain('your network')
  }
  expect((await putFrom(sale, '198.51.100.8')).status).toBe(200)
  expect((await putFrom(sale, trusted)).status).toBe(200)
  expect(await countsOf(sale)).toEqual(expect.arrayContaining([most, 1]))
  expect(await expectSound(shop, sale.id)).toMatchObject({ held: most + 2 })
})

test('negative control: from a trusted network the same 100 accounts hold 100 units, and nothing is counted', async () => {
  const sale = await mintSale(shop, { allocation: 160 })
  const tried = await Promise.all(Array.from({ length: 100 }, () => putFrom(sale, trusted)))
  expect(tried.every(({ status }) => status === 200)).toBe(true)
  expect(await shop.redis.exists(saleKeys(sale.id).networks)).toBe(0)
})

test('an IPv6 /64 is one network however its addresses rotate; the next /64 is another (attack 10)', async () => {
  const sale = await mintSale(shop, { allocation: 60 })
  const addresses = Array.from({ length: 50 }, (_, i) => `2001:db8:5:6::${(i + 1).toString(16)}`)
  const tried = await Promise.all(addresses.map((address) => putFrom(sale, address)))
  expect(tried.filter(({ status }) => status === 200)).toHaveLength(networkMost(sale))
  expect((await putFrom(sale, '2001:db8:5:7::1')).status).toBe(200)
})

test('a small sale is not the office’s alone to look at: twenty units of one network are always allowed', async () => {
  const sale = await mintSale(shop, { allocation: 20 })
  expect((await putFrom(sale, '198.51.100.7', shop, 10)).status).toBe(200)
  expect((await putFrom(sale, '198.51.100.7', shop, 10)).status).toBe(200)
})

test('Redis holds no address, and the same network is another word in another sale', async () => {
  const [one, other] = [await mintSale(shop), await mintSale(shop)]
  const word = holdNetwork(shop, one.id, '198.51.100.7')
  expect(word).toMatch(/^[\w-]{12}$/)
  expect(holdNetwork(shop, one.id, '::ffff:198.51.100.7')).toBe(word)
  expect(holdNetwork(shop, other.id, '198.51.100.7')).not.toBe(word)
  expect(holdNetwork(shop, one.id, trusted)).toBeUndefined()
})

test('I6: whatever ends a hold, or a part of it, brings down what its network is counted for', async () => {
  const sale = await mintSale(shop, { allocation: 100 })
  const network = 'net-1'
  const wish = (buyerId: string, quantity: number) =>
    reserve(shop, { sale, buyerId, itemId: itemOf(sale), quantity, network })
  const ends: Record<string, (buyerId: string) => Promise<unknown>> = {
    'taking less': (buyerId) => wish(buyerId, 0),
    release: (buyerId) => release(shop, { sale, buyerId }),
    'the worker': async (buyerId) => {
      await makeHoldDue(shop, sale.id, buyerId)
      return expireHolds(shop, sale.id)
    },
    'its buyer, who comes back late': async (buyerId) => {
      await makeHoldDue(shop, sale.id, buyerId)
      granted(await wish(buyerId, 1))
      return wish(buyerId, 0)
    },
    payment: async (buyerId) => payFor(shop, (await placed(shop, sale, { buyerId, quantity: 3 })).id),
    cancelling: async (buyerId) => {
      const { id } = await placed(shop, sale, { buyerId, quantity: 3 })
      return cancelOrder(shop, await orderRecord(shop, id))
    },
    'an order that expires': async (buyerId) => {
      await makeOverdue(shop, (await placed(shop, sale, { buyerId, quantity: 3 })).id)
      return expireOrders(shop, sale.id)
    },
  }
  for (const [name, end] of Object.entries(ends)) {
    const buyerId = newBuyerId()
    granted(await wish(buyerId, 3))
    expect(await countsOf(sale), name).toEqual([3])
    await end(buyerId)
    expect(await countsOf(sale), name).toEqual([])
  }
  expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 3, free: 97 })
})

test('I6: an order that waits to be paid counts for its network until then', async () => {
  const sale = await mintSale(shop, { allocation: 40 })
  const wish = { sale, itemId: itemOf(sale), network: 'net-1' }
  for (const buyerId of newBuyers(2)) {
    granted(await reserve(shop, { ...wish, buyerId, quantity: 10 }))
    await queued(shop, sale, { buyerId, quantity: 10 })
  }
  const more = await reserve(shop, { ...wish, buyerId: newBuyerId(), quantity: 1 })
  expect(more).toMatchObject({ reason: 'too_many_requests', cause: 'network_full' })
})

test('I8: carts of a network that lapsed make room by themselves for the next one of it', async () => {
  const sale = await mintSale(shop, { allocation: 100 })
  const wish = { sale, itemId: itemOf(sale), network: 'net-1' }
  const most = networkMost(sale)
  const buyers = newBuyers(most)
  const held = await Promise.all(buyers.map((buyerId) => reserve(shop, { ...wish, buyerId, quantity: 1 })))
  expect(tallyOf(held)).toEqual({ ok: most })
  const next = { ...wish, buyerId: newBuyerId(), quantity: 1 }
  expect(await reserve(shop, next)).toMatchObject({ cause: 'network_full' })
  await makeHoldDue(shop, sale.id, buyers[0] ?? '')
  expect((await reserve(shop, next)).ok).toBe(true)
  expect(await countsOf(sale)).toEqual([most])
})

test('I15: counts that are wrong are summed up anew at the first reading', async () => {
  const sale = await mintSale(shop)
  const wish = { sale, itemId: itemOf(sale), network: 'net-1' }
  granted(await reserve(shop, { ...wish, buyerId: newBuyerId(), quantity: 3 }))
  granted(await reserve(shop, { ...wish, buyerId: newBuyerId(), quantity: 2 }))
  await shop.redis.hset(saleKeys(sale.id).networks, { 'net-1': 9, elsewhere: 4 })
  await reconcile(shop, sale.id, newMemory())
  expect(await shop.redis.hgetall(saleKeys(sale.id).networks)).toEqual(['net-1', '5'])
  await shop.redis.del(saleKeys(sale.id).networks)
  await reconcile(shop, sale.id, newMemory())
  expect(await shop.redis.hgetall(saleKeys(sale.id).networks)).toEqual(['net-1', '5'])
  expect(await expectSound(shop, sale.id)).toMatchObject({ held: 5 })
})
