import { afterAll, beforeAll, expect, test } from 'vitest'
import { roomSegments, rooms } from '../../db/schema'
import { granted } from '../../tests/purchase'
import { mintSale, newBuyers, openShop, reload, type Shop } from '../../tests/shop'
import { config } from '../config'
import { drawOf } from '../draw'
import type { SaleRecord } from '../sales/record'
import { admit, mayReserve } from './admit'
import { rateFor } from './pace'
import { admissionOf, ticketOf } from './ticket'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.close())

type Threshold = { joiners: number; admitted: number; rate?: number }

/** A sale whose draw has been closed, with so many places admitted by now. */
async function admitting({ joiners, admitted, rate = 0 }: Threshold): Promise<SaleRecord> {
  const sale = await mintSale(shop, { room: true })
  await shop.db.update(rooms).set({ joiners })
  await shop.db
    .insert(roomSegments)
    .values({ saleId: sale.id, number: 1, atMs: Date.now() - 1_000, base: admitted, rate })
  return reload(shop, sale.id)
}

const ticket = (sale: SaleRecord, buyerId: string, number?: number) =>
  ticketOf(
    shop.env.APP_SECRET,
    { saleId: sale.id, buyerId },
    number === undefined ? { kind: 'draw' } : { kind: 'queue', number },
  )

test('I17: those whose draw is in front of the threshold are admitted, and nobody else', async () => {
  const sale = await admitting({ joiners: 1_000, admitted: 250 })
  let inside = 0
  for (const buyerId of newBuyers(400)) {
    const turn = granted(await admit(shop, { sale, buyerId, ticket: ticket(sale, buyerId) }))
    const position = Math.floor(drawOf(sale.room?.seed ?? '', sale.id, buyerId) * 1_000)
    expect('admission' in turn).toBe(position < 250)
    if ('admission' in turn) inside += 1
    else expect(turn).toEqual({ position, etaSeconds: null })
  }
  expect(inside).toBeGreaterThan(50)
})

test('I17: the queue stands behind the whole draw', async () => {
  const sale = await admitting({ joiners: 100, admitted: 102, rate: 0 })
  const turns = await Promise.all(
    [0, 1, 2, 3].map(async (number) => {
      const [buyerId = ''] = newBuyers(1)
      return granted(await admit(shop, { sale, buyerId, ticket: ticket(sale, buyerId, number) }))
    }),
  )
  expect(turns.map((turn) => 'admission' in turn)).toEqual([true, true, false, false])
  expect(turns[3]).toMatchObject({ position: 103 })
})

test('before the draw nobody is admitted and nobody knows a place', async () => {
  const sale = await mintSale(shop, { room: true, opensAt: new Date(Date.now() + 60_000) })
  const [buyerId = ''] = newBuyers(1)
  expect(await admit(shop, { sale, buyerId, ticket: ticket(sale, buyerId) })).toMatchObject({
    ...{ ok: true, value: { position: null, etaSeconds: null } },
  })
})

test('I17: an admission is worth nothing to another buyer, in another sale, edited or late', async () => {
  const sale = await admitting({ joiners: 0, admitted: 10 })
  const [buyerId = '', other = ''] = newBuyers(2)
  const turn = granted(await admit(shop, { sale, buyerId, ticket: ticket(sale, buyerId, 0) }))
  const admission = 'admission' in turn ? turn.admission : ''
  const elsewhere = await admitting({ joiners: 0, admitted: 10 })
  expect(await mayReserve(shop, sale, buyerId, admission)).toBe(true)
  expect(await mayReserve(shop, sale, other, admission)).toBe(false)
  expect(await mayReserve(shop, elsewhere, buyerId, admission)).toBe(false)
  const [until = '', mac = ''] = admission.split('.')
  const late = admissionOf(shop.env.APP_SECRET, { saleId: sale.id, buyerId }, Date.now() - 1_000)
  for (const wrong of [
    `${Number(until) + 1}.${mac}`,
    `${until}.${mac.slice(1)}`,
    '',
    undefined,
    until,
    late,
  ]) {
    expect(await mayReserve(shop, sale, buyerId, wrong), wrong).toBe(false)
  }
  expect(await mayReserve(shop, await mintSale(shop), buyerId, undefined)).toBe(true)
})

test('the rate follows what is free, who is on the way, and what waits for the ledger', () => {
  const now = Date.now()
  const calm = { now, isShut: false, free: 1_000, came: 0, unclaimed: 0, lateMs: 0 }
  const segments = [{ atMs: now - 10_000, base: 0, rate: 50 }]
  expect(rateFor(calm, segments)).toBeCloseTo((1_500 - 500) / config.room.aimSeconds)
  expect(rateFor({ ...calm, came: 500 }, segments)).toBe(1_500 / config.room.aimSeconds)
  expect(rateFor({ ...calm, free: 0 }, segments)).toBe(0)
  expect(rateFor({ ...calm, isShut: true }, segments)).toBe(0)
  expect(rateFor({ ...calm, unclaimed: config.room.mostUnclaimed + 1 }, segments)).toBe(0)
  expect(rateFor({ ...calm, free: 5_000_000 }, segments)).toBe(config.room.mostPerSecond)
  expect(rateFor({ ...calm, free: 3 }, [])).toBe(5)
})

test('units that are free are not kept for long for those who were admitted and do not come', () => {
  const now = Date.now()
  const admittedAgo = (seconds: number) => [
    { atMs: now - (seconds + 10) * 1_000, base: 0, rate: 5 },
    { atMs: now - seconds * 1_000, base: 50, rate: 0 },
  ]
  const load = { now, isShut: false, free: 30, came: 0, unclaimed: 0, lateMs: 0 }
  const rates = [0, 30, 60, 90, 130].map((seconds) => rateFor(load, admittedAgo(seconds)))
  // 50 are expected in full, then fewer and fewer, then nobody: 45 may be on their way to 30 units.
  expect(rates[0]).toBe(0)
  expect(rates).toEqual(rates.toSorted((a, b) => a - b))
  expect(rates[2]).toBeGreaterThan(1)
  expect(rates[2]).toBeLessThan(rates[4] as number)
  expect(rates[4]).toBe(45 / config.room.aimSeconds)
})
