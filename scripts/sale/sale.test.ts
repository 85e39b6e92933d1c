import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findCart } from '../../lib/holds/find'
import { reserve } from '../../lib/holds/reserve'
import { newBuyerId } from '../../lib/id'
import { readLive } from '../../lib/sales/live'
import { bought } from '../../tests/purchase'
import { itemOf, mintSale, openShop, reload, type Shop } from '../../tests/shop'
import { WrongArguments } from '../wrong-arguments'
import { readArguments, type Wish } from './arguments'
import { control } from './control'
import { create, untilServed } from './create'
import { getSale } from './find'
import { list } from './list'
import { parseMoment } from './moment'
import { pace } from './pace'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.close())

const now = Date.UTC(2026, 10, 27, 12)
const at = (iso: string) => new Date(iso)

test('moments: now, after a while, or a time with its zone', () => {
  expect(parseMoment('now', now)).toEqual(new Date(now))
  expect(parseMoment('+30s', now)).toEqual(at('2026-11-27T12:00:30Z'))
  expect(parseMoment('+5m', now)).toEqual(at('2026-11-27T12:05:00Z'))
  expect(parseMoment('+1h', now)).toEqual(at('2026-11-27T13:00:00Z'))
  expect(parseMoment('+2d', now)).toEqual(at('2026-11-29T12:00:00Z'))
  expect(parseMoment('2026-11-28T09:30:00+02:00', now)).toEqual(at('2026-11-28T07:30:00Z'))
  for (const wrong of [
    '',
    '30s',
    '+30',
    '+s',
    '-1h',
    'tomorrow',
    '2026-11-28',
    '2026-11-28T09:30:00',
    '2026-13-01T00:00Z',
  ]) {
    expect(parseMoment(wrong, now), wrong).toBeNull()
  }
})

test('create has defaults, and is open before it returns', () => {
  const command = readArguments(['create', '--slug', 'drop', '--allocation', '500'], now)
  expect(command).toEqual({
    ...{
      name: 'create',
      json: false,
      slug: 'drop',
      room: false,
      allocation: 500,
      limit: 10,
      priceMinor: 1990,
    },
    ...{ opensAt: at('2026-11-27T11:59:59Z'), closesAt: at('2026-11-27T12:59:59Z') },
    ...{ holdSeconds: 300, paySeconds: 600, proof: 'none' },
  })
  const later = [
    'create',
    '--slug',
    'drop',
    '--allocation',
    '5',
    '--opens',
    '+2h',
    '--hold',
    '2',
    '--pay',
    '3',
  ]
  expect(readArguments(later, now)).toMatchObject({
    ...{ opensAt: at('2026-11-27T14:00:00Z'), closesAt: at('2026-11-27T15:00:00Z') },
    ...{ holdSeconds: 2, paySeconds: 3, room: false },
  })
  expect(readArguments([...later, '--room'], now)).toMatchObject({ room: true })
  expect(readArguments([...later, '--proof', 'order'], now)).toMatchObject({ proof: 'order' })
})

test.each([
  [[], /create/],
  [['sell'], /no command "sell"/],
  [['create', '--allocation', '5'], /--slug/],
  [['create', '--slug', 'Drop', '--allocation', '5'], /--slug/],
  [['create', '--slug', 'drop'], /--allocation/],
  [['create', '--slug', 'drop', '--allocation', '0'], /--allocation/],
  [['create', '--slug', 'drop', '--allocation', '5', '--limit', '0'], /--limit/],
  [['create', '--slug', 'drop', '--allocation', '5', '--price', '19.90'], /--price/],
  [['create', '--slug', 'drop', '--allocation', '5', '--opens', 'soon'], /--opens/],
  [['create', '--slug', 'drop', '--allocation', '5', '--opens', '+1h', '--closes', '+1m'], /before it opens/],
  [['create', '--slug', 'drop', '--allocation', '5', '--proof', 'always'], /none, order, reserves/],
  [['pause'], /one sale/],
  [['verify', 'one', 'two'], /one sale/],
  [['room', 'drop'], /--rate N/],
  [['room', 'drop', '--pause', '--resume'], /--rate N/],
  [['room', 'drop', '--rate', 'fast'], /--rate/],
  [['room', '--rate', '5'], /one sale/],
] as [string[], RegExp][])('%j is refused with a sentence', (argv, sentence) => {
  expect(() => readArguments(argv, now)).toThrow(WrongArguments)
  expect(() => readArguments(argv, now)).toThrow(sentence)
})

const wish = (slug: string, change: Partial<Wish> = {}): Wish => ({
  ...{ slug, allocation: 7, limit: 2, priceMinor: 500, holdSeconds: 60, paySeconds: 60, proof: 'none' },
  ...{ opensAt: new Date(Date.now() - 1_000), closesAt: new Date(Date.now() + 60_000), ...change },
})

test('a created sale can be bought from at once, and its slug is taken', async () => {
  const { saleId, itemId } = await create(shop, wish('winter-drop'))
  const sale = await getSale(shop, 'winter-drop')
  expect(sale).toMatchObject({ id: saleId, title: 'Winter drop', currency: 'EUR' })
  const held = await reserve(shop, { sale, buyerId: newBuyerId(), itemId, quantity: 2 })
  expect(held).toMatchObject({ ok: true, value: { totalMinor: 1000 } })
  await expect(create(shop, wish('winter-drop'))).rejects.toThrow('already taken')
  await expect(getSale(shop, 'no-such-sale')).rejects.toThrow('no published sale')
})

test('create waits until the shop serves the sale, and says when there is no shop', async () => {
  let asked = 0
  const server = createServer((request, response) => {
    asked += 1
    response.writeHead(request.url === '/api/v1/sales/late-drop' && asked > 2 ? 200 : 404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  expect(await untilServed(url, 'late-drop')).toBe('served')
  expect(asked).toBe(3)
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  expect(await untilServed(url, 'late-drop')).toBe('absent')
})

test('I11: pause, resume and close decide in Redis before they return', async () => {
  const sale = await mintSale(shop)
  const buyer = { sale, buyerId: newBuyerId(), itemId: itemOf(sale) }
  const phase = async () => (await readLive(shop, await reload(shop, sale.id)))?.phase
  await reserve(shop, { ...buyer, quantity: 1 })
  expect(await control(shop, 'pause', sale.slug)).toMatch(/is paused/)
  expect(await phase()).toBe('paused')
  expect(await reserve(shop, { ...buyer, quantity: 2 })).toMatchObject({ reason: 'paused' })
  expect(await control(shop, 'resume', sale.slug)).toMatch(/goes on/)
  expect(await reserve(shop, { ...buyer, quantity: 2 })).toMatchObject({ ok: true })
  expect(await control(shop, 'close', sale.slug)).toMatch(/is closed/)
  expect(await phase()).toBe('closed')
  expect(await reserve(shop, { ...buyer, quantity: 3 })).toMatchObject({ reason: 'closed' })
  expect(await findCart(shop, buyer)).toMatchObject({ ok: true })
  await expect(control(shop, 'pause', 'no-such-sale')).rejects.toThrow('no published sale')
})

test('list shows each sale with its state and what it sold', async () => {
  const open = await mintSale(shop, { slug: 'list-open' })
  await bought(shop, open, { quantity: 3 })
  await mintSale(shop, { slug: 'list-soon', opensAt: new Date(Date.now() + 60_000) })
  await mintSale(shop, { slug: 'list-paused' })
  await control(shop, 'pause', 'list-paused')
  const shown = (await list(shop)).split('\n')
  const line = (slug: string) => shown.find((each) => each.startsWith(`${slug} `)) ?? ''
  expect(line('list-open')).toMatch(/ open .* 3\/10$/)
  expect(line('list-soon')).toMatch(/ upcoming .* 0\/10$/)
  expect(line('list-paused')).toMatch(/ paused /)
})

test('the rate of a room is set by hand, to nothing, and back to what the shop can take', async () => {
  const read = (...options: string[]) => readArguments(['room', 'drop', ...options], now)
  expect(read('--rate', '25')).toEqual({ name: 'room', slug: 'drop', rate: 25 })
  expect(read('--pause')).toEqual(read('--rate', '0'))
  expect(read('--resume')).toEqual(read('--rate', 'auto'))
  const sale = await mintSale(shop, { slug: 'with-a-room', room: true })
  const rate = async () => (await reload(shop, sale.id)).room?.manualRate
  expect(await pace(shop, sale.slug, 25)).toMatch(/25 a second/)
  expect(await rate()).toBe(25)
  expect(await pace(shop, sale.slug, 0)).toMatch(/nobody/)
  expect(await rate()).toBe(0)
  expect(await pace(shop, sale.slug, null)).toMatch(/as many as/)
  expect(await rate()).toBeNull()
  const plain = await mintSale(shop, { slug: 'without-a-room' })
  await expect(pace(shop, plain.slug, 5)).rejects.toThrow('no waiting room')
})
