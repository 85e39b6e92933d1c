import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { claim } from '../lib/orders/claim'
import { findOrderRecord } from '../lib/orders/read'
import { receiveWebhook } from '../lib/payments/webhook'
import { readLive } from '../lib/sales/live'
import { makeUnheardOf, ripenLateCard, silentAfter, silentBefore } from '../tests/provider'
import { bought, hold, intentsOf, payFor, placed, queued, takenEntries } from '../tests/purchase'
import {
  cards,
  makeOverdue,
  mintSale,
  newBuyers,
  openShop,
  orderRecord,
  type Shop,
  until,
} from '../tests/shop'
import { expectSound } from '../tests/sound'
import { startWorker } from './worker'

let shop: Shop
let twin: Shop
/** Where the provider sends its webhooks: the shop's own address, as far as this test needs it. */
const address = createServer(async (request, response) => {
  const body = (await request.toArray()).join('')
  const headers = new Headers({ 'sandbox-signature': String(request.headers['sandbox-signature']) })
  const heard = await receiveWebhook(shop, body, headers)
  response.writeHead(heard.ok ? 200 : 400).end()
})
beforeAll(async () => {
  await new Promise<void>((resolve) => address.listen(0, '127.0.0.1', resolve))
  const PUBLIC_URL = `http://127.0.0.1:${(address.address() as AddressInfo).port}`
  shop = await openShop({ PUBLIC_URL })
  twin = await openShop({ PUBLIC_URL, DATABASE_URL: shop.databaseUrl })
})
afterAll(async () => {
  await new Promise((resolve) => address.close(resolve))
  await Promise.all([shop.close(), twin.close()])
})

/** Lets this many workers run until the sale is as it should be. */
async function workUntil(workers: number, done: () => Promise<boolean>) {
  const stops = [shop, twin].slice(0, workers).map((ctx) => startWorker(ctx))
  try {
    await until('the workers to be through', done, 45_000)
  } finally {
    await Promise.all(stops.map((stop) => stop()))
  }
}

const stateOf = async (orderId: string) => (await orderRecord(shop, orderId)).state

test.each([1, 2])(
  'I8: after a time without any worker, %i of them finish everything that was left, once (fault 33)',
  async (workers) => {
    const sale = await mintSale(shop, { allocation: 60, holdSeconds: 1 })
    const unclaimed = await Promise.all(newBuyers(5).map((buyerId) => queued(shop, sale, { buyerId })))
    const unsettled = await Promise.all(newBuyers(5).map((buyerId) => queued(shop, sale, { buyerId })))
    await claim(shop, sale.id, await takenEntries(shop, sale.id))
    const fresh = await Promise.all(newBuyers(5).map((buyerId) => queued(shop, sale, { buyerId })))
    const queue = [...unclaimed, ...unsettled, ...fresh]
    const overdue = await placed(shop, sale)
    await makeOverdue(shop, overdue.id)
    const uncaptured = await placed(shop, sale)
    await payFor(silentBefore(shop, 'capture'), uncaptured.id)
    const unknown = await placed(shop, sale)
    await payFor(silentAfter(shop, 'authorise'), unknown.id)
    for (const { id } of [uncaptured, unknown]) await makeUnheardOf(shop, id)
    const late = await placed(shop, sale)
    await payFor(shop, late.id, cards.late)
    await ripenLateCard(shop, late.id)
    await bought(shop, sale)
    await hold(shop, sale, { quantity: 4 })

    await workUntil(workers, async () => {
      const live = await readLive(shop, sale)
      const claimed = await Promise.all(queue.map(({ id }) => findOrderRecord(shop, id)))
      return live?.items[0]?.available === 41 && live.items[0].sold === 4 && !claimed.includes(null)
    })
    for (const { id } of queue) expect(await stateOf(id)).toBe('awaiting_payment')
    expect(await stateOf(overdue.id)).toBe('expired')
    for (const { id } of [uncaptured, unknown, late]) {
      expect(await stateOf(id)).toBe('paid')
      expect(await intentsOf(shop, id)).toMatchObject([{ captures: 1, voids: 0 }])
    }
    expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 4, unpaid: 15, free: 41 })
  },
)

test('I15: Redis is emptied while workers run: the sale is whole again without a human (fault 12)', async () => {
  const sale = await mintSale(shop, { allocation: 10 })
  await bought(shop, sale, { quantity: 2 })
  await placed(shop, sale, { quantity: 3 })
  await hold(shop, sale, { quantity: 4 })
  await shop.redis.flushdb()
  await workUntil(2, async () => (await readLive(shop, sale)) !== null)
  expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 2, unpaid: 3, held: 0, free: 5 })
})
