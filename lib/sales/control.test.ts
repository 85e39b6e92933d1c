import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { saleKeys } from '../../db/keys'
import { bought, decided, granted, hold, payFor, placed } from '../../tests/purchase'
import { checkout, itemOf, mintSale, openShop, type Shop, until } from '../../tests/shop'
import { expectSound } from '../../tests/sound'
import { standStill } from '../../tests/stand-still'
import { expireHolds } from '../holds/expire'
import { findCart } from '../holds/find'
import { reserve } from '../holds/reserve'
import { newBuyerId } from '../id'
import { expireOrders } from '../orders/end'
import { readOrder } from '../orders/read'
import { controlSale } from './control'
import { readLive } from './live'
import type { SaleRecord } from './record'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.close())

const wishIn = (sale: SaleRecord) => ({ sale, buyerId: newBuyerId(), itemId: itemOf(sale), quantity: 1 })

const soon = (ms: number) => new Date(Date.now() + ms)

/** Milliseconds on Redis' clock, which decides about carts. */
const redisNow = async () => {
  const [seconds, micros] = await shop.redis.time()
  return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000)
}

test('I11: nothing is reserved before the opening, and everything from that millisecond on', async () => {
  const sale = await mintSale(shop, { opensAt: soon(60_000) })
  const window = { opensAt: soon(1_000), closesAt: soon(60_000) }
  granted(await controlSale(shop, sale.id, window))
  const opensAt = window.opensAt.getTime()
  let refusals = 0
  const first = await until('the opening', async () => {
    const askedAt = await redisNow()
    const tried = await reserve(shop, wishIn(sale))
    if (tried.ok) return tried.value
    expect(tried.reason).toBe('not_open')
    expect(askedAt, 'refused although it was open').toBeLessThan(opensAt)
    refusals += 1
    return undefined
  })
  expect(refusals).toBeGreaterThan(0)
  expect(Date.parse(first.now)).toBeGreaterThanOrEqual(opensAt)
  expect(await expectSound(shop, sale.id)).toMatchObject({ held: 1 })
})

test('I11: nothing is reserved after closing, and a cart made before may be ordered and paid', async () => {
  const sale = await mintSale(shop)
  const mine = { sale, buyerId: newBuyerId() }
  await hold(shop, sale, { ...mine, quantity: 2 })
  granted(await controlSale(shop, sale.id, { close: true }))
  const refused = { ok: false, reason: 'closed' }
  expect(await reserve(shop, { sale, buyerId: newBuyerId(), itemId: itemOf(sale), quantity: 1 })).toEqual(
    refused,
  )
  expect(await reserve(shop, { ...mine, itemId: itemOf(sale), quantity: 3 })).toEqual(refused)
  granted(await reserve(shop, { ...mine, itemId: itemOf(sale), quantity: 1 }))
  const made = granted(await decided(shop, { ...mine, idempotencyKey: 'key-00000001', checkout }))
  expect((await payFor(shop, made.id)).state).toBe('paid')
  expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 1, free: 9 })
})

test('I11: a sale closes by its clock: everything is accepted before and nothing from that millisecond on', async () => {
  const sale = await mintSale(shop)
  const window = { opensAt: sale.opensAt, closesAt: soon(1_000) }
  granted(await controlSale(shop, sale.id, window))
  const closesAt = window.closesAt.getTime()
  const mine = { sale, buyerId: newBuyerId(), itemId: itemOf(sale) }
  let accepted = 0
  await until('the closing', async () => {
    const tried = await reserve(shop, { ...mine, quantity: 1 })
    if (!tried.ok) {
      expect(tried.reason).toBe('closed')
      expect(await redisNow(), 'refused although it was open').toBeGreaterThanOrEqual(closesAt)
      return true
    }
    expect(Date.parse(tried.value.now)).toBeLessThan(closesAt)
    accepted += 1
    granted(await reserve(shop, { ...mine, quantity: 0 }))
    return false
  })
  expect(accepted).toBeGreaterThan(0)
  expect(await expectSound(shop, sale.id)).toMatchObject({ free: 10 })
})

test('I11: while paused nothing is reserved; less, ordering and paying stay possible', async () => {
  const sale = await mintSale(shop)
  const mine = { sale, buyerId: newBuyerId(), itemId: itemOf(sale) }
  const unpaid = await placed(shop, sale)
  await hold(shop, sale, { ...mine, quantity: 3, item: 0 })
  granted(await controlSale(shop, sale.id, { pause: true }))
  expect((await readLive(shop, sale))?.phase).toBe('paused')
  expect(await reserve(shop, { ...mine, quantity: 4 })).toEqual({ ok: false, reason: 'paused' })
  expect(await reserve(shop, wishIn(sale))).toEqual({ ok: false, reason: 'paused' })
  expect(granted(await reserve(shop, { ...mine, quantity: 2 }))).toMatchObject({ frozen: true })
  expect((await payFor(shop, unpaid.id)).state).toBe('paid')
  const made = granted(await decided(shop, { ...mine, idempotencyKey: 'key-00000001', checkout }))
  expect((await payFor(shop, made.id)).state).toBe('paid')
  granted(await controlSale(shop, sale.id, { resume: true }))
  await bought(shop, sale)
  expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 4, free: 6 })
})

test('I11: deadlines stand still while paused in both stores, and go on by the length of the pause', async () => {
  const sale = await mintSale(shop, { holdSeconds: 1, paySeconds: 1, allocation: 2 })
  const mine = { sale, buyerId: newBuyerId() }
  const unpaid = await placed(shop, sale)
  const cart = await hold(shop, sale, mine)
  granted(await controlSale(shop, sale.id, { pause: true }))
  const pausedFrom = await redisNow()
  await until('both deadlines would have passed', async () => (await redisNow()) > pausedFrom + 1_500)
  expect(await expireHolds(shop, sale.id)).toBe(0)
  expect(await expireOrders(shop, sale.id)).toBe(0)
  expect(granted(await findCart(shop, mine)).frozen).toBe(true)
  granted(await controlSale(shop, sale.id, { resume: true }))
  const thawed = granted(await findCart(shop, mine))
  expect(Date.parse(thawed.deadline) - Date.parse(cart.deadline)).toBeGreaterThan(1_400)
  const order = granted(await readOrder(shop, { orderId: unpaid.id, buyerId: unpaid.buyerId }))
  expect(Date.parse(order.payBy ?? '') - Date.parse(unpaid.payBy ?? '')).toBeGreaterThan(1_400)
  await until('the cart to lapse after all', async () => (await expireHolds(shop, sale.id)) === 1)
  await until('the order to expire after all', async () => (await expireOrders(shop, sale.id)) === 1)
  expect(await expectSound(shop, sale.id)).toMatchObject({ free: 2 })
})

test('I5: pausing, resuming and closing twice have the effect of once, in both stores', async () => {
  const sale = await mintSale(shop)
  const { state } = saleKeys(sale.id)
  const fields = () => shop.redis.hmget(state, 'pausedAt', 'pausedMs', 'opensAt', 'closesAt')
  for (const wish of [{ pause: true }, { resume: true }, { close: true }] as const) {
    granted(await controlSale(shop, sale.id, wish))
    const once = await fields()
    granted(await controlSale(shop, sale.id, wish))
    expect(await fields()).toEqual(once)
  }
  expect((await readLive(shop, sale))?.phase).toBe('closed')
})

test('I11: moving the opening into the future closes the counter at once, for carts that want more too', async () => {
  const sale = await mintSale(shop)
  const mine = { sale, buyerId: newBuyerId(), itemId: itemOf(sale) }
  granted(await reserve(shop, { ...mine, quantity: 1 }))
  granted(await controlSale(shop, sale.id, { opensAt: soon(60_000), closesAt: soon(120_000) }))
  expect(await reserve(shop, { ...mine, quantity: 2 })).toEqual({ ok: false, reason: 'not_open' })
  expect((await readLive(shop, sale))?.phase).toBe('upcoming')
})

const by = (sale: SaleRecord, paused: boolean) => ({
  ...{ actor: { accountId: null, name: 'Tess' }, reason: 'a test' },
  seen: { paused, closesAt: new Date(sale.closesAt) },
})

test('I11: whoever pauses again because Redis did not hear the first time is heard, and told that it had changed', async () => {
  const sale = await mintSale(shop)
  const deaf = await openShop({ DATABASE_URL: shop.databaseUrl })
  deaf.redis.use(async () => {
    throw new Error('Redis does not answer')
  })
  await expect(controlSale(deaf, sale.id, { pause: true }, by(sale, false))).rejects.toThrow()
  await deaf.close()
  expect((await readLive(shop, sale))?.phase).toBe('open')
  expect(await controlSale(shop, sale.id, { pause: true }, by(sale, false))).toMatchObject({
    reason: 'changed_meanwhile',
  })
  expect((await readLive(shop, sale))?.phase).toBe('paused')
  expect(await reserve(shop, wishIn(sale))).toMatchObject({ reason: 'paused' })
})

test('I11: of two merchants the later one has the last word in both stores, however slow the first one is', async () => {
  const sale = await mintSale(shop)
  const { stopped, still, goOn } = await standStill(shop, () => true)
  const pausing = controlSale(stopped, sale.id, { pause: true }, by(sale, false))
  await still()
  let isDone = false
  const resuming = controlSale(shop, sale.id, { resume: true }, by(sale, true)).finally(() => {
    isDone = true
  })
  const isWaiting = sql`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
  await until('the second one to wait', async () => isDone || (await shop.db.execute(isWaiting)).length > 0)
  goOn()
  expect([granted(await pausing), granted(await resuming)]).toEqual([null, null])
  expect((await readLive(shop, sale))?.phase).toBe('open')
  await stopped.close()
})
