import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { paceRoom } from '../../lib/rooms/pace'
import { bought, hold } from '../../tests/purchase'
import { itemOf, mintSale, newBuyers, openShop, type Shop } from '../../tests/shop'
import type { Buyer } from './buyer'
import { createClient } from './client'
import { compare } from './compare'
import { History } from './history'
import { play } from './play'
import { serveForTests } from './serve-for-tests'

let shop: Shop
let served: Awaited<ReturnType<typeof serveForTests>>
let lost: 'answer' | 'call' | undefined
let everyNth = 0
let requests = 0
beforeAll(async () => {
  shop = await openShop({ CAPTCHA_COST: '1' })
  served = await serveForTests(shop, () => {
    requests += 1
    return everyNth > 0 && requests % everyNth === 0 ? lost : undefined
  })
})
afterEach(() => {
  everyNth = 0
})
afterAll(async () => {
  await served.close()
  await shop.close()
})

async function rush(sale: Parameters<typeof play>[1], buyers: number) {
  const client = createClient(served.url)
  const screen = { write: () => {} }
  try {
    return await play(shop, sale, { buyers, concurrency: 20, client, chaos: null, screen })
  } finally {
    client.close()
  }
}

test('I1, I7: a crowd larger than the stock leaves none of it, and everybody has a definite answer', async () => {
  const report = await rush(await mintSale(shop, { allocation: 40, limit: 3 }), 120)
  expect(report).toMatchObject({ ok: true, wrong: [], failed: {}, faults: {}, available: 40 })
  expect(report.sold.units).toBe(40)
  const refused = Object.values(report.refused).reduce((a, b) => a + b, 0)
  expect(report.sold.buyers + refused).toBe(120)
  expect(report.verify.items[0]).toMatchObject({ sold: 40, free: 0, held: 0, leaked: 0 })
})

test('a crowd smaller than the stock gets exactly what it wanted', async () => {
  const report = await rush(await mintSale(shop, { allocation: 500, limit: 5 }), 30)
  expect(report).toMatchObject({ ok: true, refused: {}, failed: {} })
  expect(report.sold).toEqual({ buyers: 30, units: report.wanted })
})

test.each(['answer', 'call'] as const)(
  'I5: a crowd that loses every fifth %s buys the same',
  async (what) => {
    lost = what
    everyNth = 5
    const report = await rush(await mintSale(shop, { allocation: 30, limit: 2 }), 60)
    expect(report).toMatchObject({ ok: true, wrong: [], failed: {} })
    expect(report.sold.units).toBe(30)
    expect(Object.keys(report.retries).length).toBeGreaterThan(0)
  },
)

test('it sells what others let go of while the crowd waits, and no more', async () => {
  const sale = await mintSale(shop, { allocation: 10, limit: 1, holdSeconds: 2 })
  for (const buyerId of newBuyers(4)) await hold(shop, sale, { buyerId })
  const report = await rush(sale, 20)
  expect(report.sold.units).toBeGreaterThanOrEqual(6)
  expect(report.verify.ok).toBe(true)
  expect(report.verify.items[0]?.sold).toBe(report.sold.units)
})

test('compare finds each thing that a client was told and that is not so', async () => {
  const sale = await mintSale(shop)
  const [made, other] = [await bought(shop, sale), await bought(shop, sale)]
  const units = made.units.map((number) => `${itemOf(sale)}:${number}`)
  const seen = { buyerId: made.buyerId, orderId: made.id, units, totalMinor: 1990, state: 'paid' as const }
  const crowd = [made, other].map((each) => ({ buyerId: each.buyerId }) as Buyer)
  const history = new History()
  history.told(seen)
  expect(await compare(shop, sale.id, history, crowd)).toEqual([
    `${other.id} was charged, and its buyer does not know`,
  ])
  history.told({ ...seen, buyerId: other.buyerId, orderId: other.id })
  expect(await compare(shop, sale.id, history, crowd)).toEqual([
    `${other.id} has other units than its buyer saw`,
    `${other.id} has unit ${units[0]}, which ${made.id} has as well`,
  ])
  const missing = new History()
  missing.told({ ...seen, orderId: 'ord_missing', state: 'confirmed' })
  expect(await compare(shop, sale.id, missing, [])).toEqual([
    'ord_missing was confirmed and is not in the ledger',
  ])
})

test('I17: through the waiting room a crowd buys everything too, whoever comes before the opening or after it', async () => {
  const sale = await mintSale(shop, { allocation: 20, limit: 1, room: true })
  let isOver = false
  const worker = async () => {
    for (; !isOver; await sleep(200)) await paceRoom(shop, sale.id)
  }
  const crowd = rush(sale, 40).finally(() => {
    isOver = true
  })
  const [report] = await Promise.all([crowd, worker()])
  expect(report).toMatchObject({ ok: true, wrong: [], failed: {}, faults: {} })
  expect(report.sold.units).toBe(20)
  expect(report.latencies.join?.count).toBe(80)
})

test.each(['order', 'reserves'] as const)(
  'a crowd buys everything where proofs are asked for at %s too',
  async (proof) => {
    const report = await rush(await mintSale(shop, { allocation: 20, limit: 2, proof }), 40)
    expect(report).toMatchObject({ ok: true, wrong: [], failed: {}, faults: {} })
    expect(report.sold.units).toBe(20)
  },
)
