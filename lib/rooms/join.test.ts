import { afterAll, beforeAll, expect, test } from 'vitest'
import { saleKeys } from '../../db/keys'
import { granted, tallyOf } from '../../tests/purchase'
import { mintSale, newBuyers, openShop, reload, type Shop } from '../../tests/shop'
import { standStill } from '../../tests/stand-still'
import { config } from '../config'
import { controlSale } from '../sales/control'
import { loadSale } from '../sales/load'
import type { SaleRecord } from '../sales/record'
import { join } from './join'
import { addBlockScript } from './join.lua'
import { paceRoom } from './pace'
import { readTicket } from './ticket'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.close())

const inAnHour = { opensAt: new Date(Date.now() + 3_600_000), closesAt: new Date(Date.now() + 7_200_000) }
const open = { opensAt: new Date(Date.now() - 60_000), closesAt: new Date(Date.now() + 3_600_000) }
const mintRoom = (wish: object = {}) => mintSale(shop, { room: true, ...inAnHour, ...wish })
const joinAll = (sale: SaleRecord, buyers: string[]) =>
  Promise.all(buyers.map((buyerId) => join(shop, { sale, buyerId })))

/** The sale's time comes, and the draw is closed. */
async function drawn(sale: SaleRecord): Promise<SaleRecord> {
  await controlSale(shop, sale.id, open)
  await paceRoom(shop, sale.id)
  return reload(shop, sale.id)
}

test('I17: joining ten times before the sale opens is one place in the draw, with one ticket', async () => {
  const sale = await mintRoom()
  const [buyerId = ''] = newBuyers(1)
  const places = (
    await joinAll(
      sale,
      Array.from({ length: 10 }, () => buyerId),
    )
  ).map(granted)
  expect(new Set(places.map(({ ticket }) => ticket)).size).toBe(1)
  expect(places[0]).toMatchObject({ kind: 'draw' })
  expect((await drawn(sale)).room).toMatchObject({ joiners: 1 })
})

test('the draw counts who joined before it; the seed shows only then, and hashes to what was promised', async () => {
  const sale = await mintRoom()
  expect(sale.room).toMatchObject({ seed: null, joiners: null })
  await joinAll(sale, newBuyers(200))
  const { room } = await drawn(sale)
  // A HyperLogLog counts within a percent.
  expect(Math.abs((room?.joiners ?? 0) - 200)).toBeLessThan(10)
  expect(room?.commitment).toBe(sale.room?.commitment)
  expect(room?.seed).toMatch(/^[0-9a-f]{64}$/)
})

test('I17: behind the draw, each of 1,200 who join at once has a number of their own, without a gap', async () => {
  const sale = await drawn(await mintRoom())
  const places = (await joinAll(sale, newBuyers(1_200))).map(granted)
  const numbers = places.flatMap((place) => (place.kind === 'queue' ? [place.number] : []))
  expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 1_200 }, (_, i) => i))
})

test('I17: a process that stands still with a block of numbers wastes none, and gives none out twice', async () => {
  const sale = await drawn(await mintRoom())
  const [first = '', slow = '', quick = ''] = newBuyers(3)
  await join(shop, { sale, buyerId: first })
  // As if a crowd had used up the rest of the block.
  await shop.redis.hset(saleKeys(sale.id).room, { next: config.room.block })
  const { stopped, still, goOn } = await standStill(shop, (command) => command.includes(addBlockScript.sha))
  const late = join(stopped, { sale, buyerId: slow })
  await still()
  const meanwhile = granted(await join(shop, { sale, buyerId: quick }))
  goOn()
  expect(meanwhile).toMatchObject({ kind: 'queue', number: config.room.block })
  expect(granted(await late)).toMatchObject({ kind: 'queue', number: config.room.block + 1 })
  await stopped.close()
})

test('I17: a Redis that forgot everything repeats no number and reopens no draw', async () => {
  const sale = await drawn(await mintRoom())
  const before = granted(await join(shop, { sale, buyerId: newBuyers(1)[0] ?? '' }))
  await shop.redis.del(...Object.values(saleKeys(sale.id)))
  await loadSale(shop, sale.id)
  const after = granted(
    await join(shop, { sale: await reload(shop, sale.id), buyerId: newBuyers(1)[0] ?? '' }),
  )
  expect(before).toMatchObject({ kind: 'queue', number: 0 })
  expect(after.kind).toBe('queue')
  expect(after).toMatchObject({ kind: 'queue', number: config.room.block })
})

test('a count that Redis lost before the draw is the last one that the ledger heard of', async () => {
  const sale = await mintRoom()
  await joinAll(sale, newBuyers(50))
  await paceRoom(shop, sale.id)
  await shop.redis.del(saleKeys(sale.id).joiners)
  expect((await drawn(sale)).room?.joiners).toBeGreaterThan(45)
})

test('refused: without a room, and once the sale is over', async () => {
  const [buyerId = ''] = newBuyers(1)
  expect(await join(shop, { sale: await mintSale(shop), buyerId })).toMatchObject({ reason: 'not_found' })
  const sale = await mintRoom()
  await controlSale(shop, sale.id, { close: true })
  expect(tallyOf(await joinAll(await reload(shop, sale.id), newBuyers(3)))).toEqual({ closed: 3 })
})

test('a ticket is worth nothing to another buyer, in another sale, or edited', async () => {
  const sale = await drawn(await mintRoom())
  const [buyerId = '', other = ''] = newBuyers(2)
  const { ticket } = granted(await join(shop, { sale, buyerId }))
  const read = (owner: object, text = ticket) =>
    readTicket(shop.env.APP_SECRET, { saleId: sale.id, buyerId, ...owner }, text)
  expect(read({})).toEqual({ kind: 'queue', number: 0 })
  expect(read({ buyerId: other })).toBeUndefined()
  expect(read({ saleId: 'sal_000000000000' })).toBeUndefined()
  for (const edited of [
    ticket.replace('q0', 'd'),
    ticket.slice(0, -1),
    `${ticket}x`,
    '',
    'd.',
    'q-1.x',
    'd',
  ]) {
    expect(read({}, edited), edited).toBeUndefined()
  }
})
