import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runScript } from '../../db/define-script'
import { saleKeys } from '../../db/keys'
import { roomSegments, rooms } from '../../db/schema'
import { granted } from '../../tests/purchase'
import { mintSale, newBuyers, openShop, reload, type Shop, until } from '../../tests/shop'
import { sized } from '../../tests/size'
import { standStill } from '../../tests/stand-still'
import { config } from '../config'
import { controlSale } from '../sales/control'
import { loadSale } from '../sales/load'
import type { SaleRecord } from '../sales/record'
import { type Segment, thresholdAt } from '../segments'
import { admit } from './admit'
import { join } from './join'
import { countJoinersScript } from './join.lua'
import { paceRoom } from './pace'
import { setRate } from './set-rate'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.close())

async function segmentsOf(sale: SaleRecord): Promise<Segment[]> {
  return shop.db
    .select({ atMs: roomSegments.atMs, base: roomSegments.base, rate: roomSegments.rate })
    .from(roomSegments)
    .where(eq(roomSegments.saleId, sale.id))
    .orderBy(roomSegments.number)
}

/** What Redis' clock says: it decides when a segment begins. */
async function redisNow(): Promise<number> {
  const [seconds, microseconds] = await shop.redis.time()
  return Number(seconds) * 1000 + Number(microseconds) / 1000
}

/** A sale whose draw is closed, in which so many are admitted by now and more come at a rate. */
async function admitting(base: number, rate: number, ageMs = 1_000): Promise<SaleRecord> {
  const sale = await mintSale(shop, { room: true, allocation: 1_000 })
  await runScript(shop.redis, countJoinersScript, saleKeys(sale.id), {})
  await shop.db.insert(roomSegments).values({
    ...{ saleId: sale.id, number: 1, atMs: Math.floor(await redisNow()) - ageMs, base, rate },
  })
  await setRate(shop, sale.id, rate)
  return reload(shop, sale.id)
}

/** The newest rate once the room follows what was asked for; the worker asks each second. */
const untilRate = (sale: SaleRecord, wanted: (rate: number | undefined) => boolean) =>
  until('the room to follow', async () => {
    await paceRoom(shop, sale.id)
    return wanted((await segmentsOf(sale)).at(-1)?.rate)
  })

test('I17: a rate set by hand is announced at once, begins after the lead, and moves nobody back', async () => {
  const sale = await admitting(100, 10)
  const before = await redisNow()
  for (const rate of [50, 0]) {
    const known = await segmentsOf(sale)
    await untilRate(sale, () => (known.at(-1)?.atMs ?? 0) < Date.now())
    const askedAt = await redisNow()
    expect(await setRate(shop, sale.id, rate)).toEqual({ ok: true, value: null })
    const segments = await segmentsOf(sale)
    expect(segments).toHaveLength(known.length + 1)
    expect(segments.at(-1)?.rate).toBe(rate)
    expect((segments.at(-1)?.atMs ?? 0) - askedAt).toBeLessThan(config.room.leadMs + 1_000)
    // Whatever was told for the time before the new one begins stays true.
    const at = segments.at(-1)?.atMs ?? 0
    for (let now = before; now <= at; now += 50) {
      expect(thresholdAt(segments, now)).toBeCloseTo(thresholdAt(known, now), 6)
    }
  }
  await setRate(shop, sale.id, null)
  await untilRate(sale, (rate) => rate !== undefined && rate > 0)
})

test('refused: a rate for a sale without a room', async () => {
  const plain = await mintSale(shop)
  expect(await setRate(shop, plain.id, 5)).toMatchObject({ reason: 'not_found' })
})

test('I17: while the sale is paused the room stands still, whatever rate was set, and goes on afterwards', async () => {
  const sale = await admitting(10, 20)
  await controlSale(shop, sale.id, { pause: true })
  await untilRate(sale, (rate) => rate === 0)
  const stands = (await segmentsOf(sale)).at(-1)
  const reached = thresholdAt(await segmentsOf(sale), (stands?.atMs ?? 0) + 3_600_000)
  expect(reached).toBe(stands?.base)
  await controlSale(shop, sale.id, { resume: true })
  await untilRate(sale, (rate) => rate === 20)
  expect((await segmentsOf(sale)).at(-1)?.base).toBe(reached)
})

test('the segments of a room are its own, whatever other sales have', async () => {
  const [sale, other] = [await admitting(10, 0), await admitting(500, 0)]
  expect((await reload(shop, sale.id)).room?.segments).toEqual(await segmentsOf(sale))
  expect((await reload(shop, other.id)).room?.segments).toEqual(await segmentsOf(other))
  expect(await segmentsOf(sale)).toHaveLength(1)
})

test('I17: any number of workers pace one room, and each segment begins where the one before has got to', async () => {
  const sale = await admitting(0, 10)
  const workers = await Promise.all(
    Array.from({ length: 6 }, () => openShop({ DATABASE_URL: shop.databaseUrl })),
  )
  const rounds = sized(3, 20)
  for (let round = 0; round < rounds; round++) {
    const known = (await segmentsOf(sale)).length
    const rate = round % 2 ? 10 : 400
    await until('a round of all workers', async () => {
      await setRate(shop, sale.id, rate)
      await Promise.all(workers.map((worker) => paceRoom(worker, sale.id)))
      return (await segmentsOf(sale)).length > known
    })
    expect(await segmentsOf(sale), 'one of them was taken').toHaveLength(known + 1)
  }
  const segments = await segmentsOf(sale)
  for (const [index, { atMs, base }] of segments.entries()) {
    if (index === 0) continue
    expect(base).toBeCloseTo(thresholdAt(segments.slice(0, index), atMs), 6)
    expect(atMs).toBeGreaterThan(segments[index - 1]?.atMs ?? 0)
  }
  await Promise.all(workers.map((worker) => worker.close()))
})

test('I17: a worker that stood still between reading and writing appends nothing (fault 41)', async () => {
  const sale = await admitting(0, 100)
  // A second client whose replies can be held back: the worker is stopped in the middle of its tick.
  const { stopped, still, goOn } = await standStill(shop, ([name]) => name?.startsWith('eval') === true, {
    answered: true,
  })
  await shop.db.update(rooms).set({ manualRate: 0 }).where(eq(rooms.saleId, sale.id))
  const readAt = await redisNow()
  const tick = paceRoom(stopped, sale.id)
  await still()
  const longAfter = readAt + config.room.leadMs + 500
  await until('the world to have moved on', async () => (await redisNow()) > longAfter)
  const before = thresholdAt(await segmentsOf(sale), longAfter)
  goOn()
  await tick
  const after = await segmentsOf(sale)
  expect(thresholdAt(after, longAfter)).toBe(before)
  // What it was about to write would have taken admissions back.
  const late = {
    atMs: readAt + config.room.leadMs,
    base: thresholdAt(after, readAt + config.room.leadMs),
    rate: 0,
  }
  expect(thresholdAt([...after, late], longAfter)).toBeLessThan(before)
  await paceRoom(stopped, sale.id)
  expect((await segmentsOf(sale)).at(-1)?.rate, 'the next tick does').toBe(0)
  await stopped.close()
})

test('I17: a Redis that lost everything, and an epoch that is rebuilt, change no place and no turn', async () => {
  const opensAt = new Date(Date.now() + 3_600_000)
  const sale = await mintSale(shop, { room: true, opensAt, closesAt: new Date(Date.now() + 7_200_000) })
  const buyers = newBuyers(40)
  const tickets = await Promise.all(
    buyers.map(async (buyerId) => granted(await join(shop, { sale, buyerId })).ticket),
  )
  await setRate(shop, sale.id, 0)
  await controlSale(shop, sale.id, { opensAt: new Date(Date.now() - 60_000), closesAt: sale.closesAt })
  await paceRoom(shop, sale.id)
  await shop.db
    .update(roomSegments)
    .set({ atMs: Math.floor(await redisNow()) - 1_000, base: 15 })
    .where(eq(roomSegments.saleId, sale.id))
  const turns = async () => {
    const now = await reload(shop, sale.id)
    const all = buyers.map((buyerId, at) => admit(shop, { sale: now, buyerId, ticket: tickets[at] ?? '' }))
    return (await Promise.all(all)).map((turn) => {
      const value = granted(turn)
      return 'admission' in value ? 'in' : value.position
    })
  }
  const before = await turns()
  expect(before.filter((each) => each === 'in').length).toBeGreaterThan(0)
  expect(before.filter((each) => each !== 'in').length).toBeGreaterThan(0)
  for (const lose of [() => shop.redis.del(...Object.values(saleKeys(sale.id))), async () => {}]) {
    await lose()
    await loadSale(shop, sale.id)
    await paceRoom(shop, sale.id)
    expect(await turns()).toEqual(before)
    const late = granted(
      await join(shop, { sale: await reload(shop, sale.id), buyerId: newBuyers(1)[0] ?? '' }),
    )
    expect(late.kind, 'the draw stays closed').toBe('queue')
  }
})
