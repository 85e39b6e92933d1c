import { and, eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { claimGroup, saleKeys } from '../../db/keys'
import { intents } from '../../db/sandbox-schema'
import { buyerCounts, contactCounts, items, orderLines, orders, payments, units } from '../../db/schema'
import { type Busy, busySale } from '../../tests/busy-sale'
import { queued, takenEntries } from '../../tests/purchase'
import { makeOverdue, mintSale, openShop, orderRecord, type Shop } from '../../tests/shop'
import type { SaleRecord } from '../sales/record'
import { parseHoldRecord } from '../units/hold-record'
import { verifySale } from './verify'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.close())

/** One reading is enough here: nothing is on its way between the stores. */
const failing = async (sale: SaleRecord) =>
  (await verifySale(shop, sale, 1)).checks.filter((check) => !check.ok).map((check) => check.invariant)

const ofOrder = (orderId: string) => eq(orders.id, orderId)

async function changeHold(busy: Busy, buyerId: string, change: object) {
  const json = (await shop.redis.hget<string>(busy.keys.holds, buyerId)) ?? ''
  await shop.redis.hset(busy.keys.holds, {
    [buyerId]: JSON.stringify({ ...parseHoldRecord(json), ...change }),
  })
}

const damages: Record<string, { breaks: string[]; by(busy: Busy): Promise<unknown> }> = {
  'a unit row more than the allocation': {
    breaks: ['I1'],
    by: ({ sale, item }) => shop.db.insert(units).values({ saleId: sale.id, itemId: item, number: 11 }),
  },
  'two orders with the same units on their lines': {
    breaks: ['I1', 'I2'],
    by: ({ paid }) =>
      shop.db.update(orderLines).set({ numbers: paid[0].units }).where(eq(orderLines.orderId, paid[1].id)),
  },
  'two orders that own each other’s units': {
    breaks: ['I2'],
    by: ({ sale, paid: [a, b] }) =>
      shop.db.execute(sql`update ${units} set order_id = case order_id when ${a.id} then ${b.id} else ${a.id} end
        where sale_id = ${sale.id} and order_id in (${a.id}, ${b.id})`),
  },
  'a paid order without its payment': {
    breaks: ['I3'],
    by: ({ paid }) =>
      shop.db.update(payments).set({ state: 'declined' }).where(eq(payments.orderId, paid[0].id)),
  },
  'a payment that the provider took twice': {
    breaks: ['I3'],
    by: ({ paid }) => changeIntent(paid[0].id, { captures: 2 }),
  },
  'a payment that the provider never took': {
    breaks: ['I3'],
    by: ({ paid }) => changeIntent(paid[0].id, { captures: 0 }),
  },
  'another hold than the one the order was made from': {
    breaks: ['I4'],
    by: (busy) => changeHold(busy, busy.unpaid.buyerId, { id: 'hld_another' }),
  },
  'a buyer whose count is too low': {
    breaks: ['I6'],
    by: ({ sale, paid }) =>
      shop.db
        .update(buyerCounts)
        .set({ quantity: 1 })
        .where(and(eq(buyerCounts.saleId, sale.id), eq(buyerCounts.buyerId, paid[0].buyerId))),
  },
  'a purchase that Redis forgot': {
    breaks: ['I6'],
    by: ({ keys, paid, item }) => shop.redis.hdel(keys.bought, `${paid[0].buyerId}:${item}`),
  },
  'orders beyond the limit': {
    breaks: ['I6'],
    by: ({ sale }) => shop.db.update(items).set({ limitPerBuyer: 1 }).where(eq(items.saleId, sale.id)),
  },
  'a cart that is gone with its units': {
    breaks: ['I7'],
    by: ({ keys, cart }) => shop.redis.hdel(keys.holds, cart),
  },
  'a unit in two carts': {
    breaks: ['I7'],
    by: async ({ keys, cart }) =>
      shop.redis.hset(keys.holds, { byr_twin: (await shop.redis.hget<string>(keys.holds, cart)) ?? '' }),
  },
  'a wrong number sold in Redis': {
    breaks: ['I7'],
    by: ({ keys, item }) => shop.redis.hincrby(keys.items, `${item}:sold`, 1),
  },
  'a hold that outlives its order': {
    breaks: ['I7'],
    by: async ({ unpaid }) => {
      await shop.db.update(orders).set({ state: 'expired' }).where(ofOrder(unpaid.id))
      await shop.db.update(units).set({ orderId: null }).where(eq(units.orderId, unpaid.id))
      await shop.db.update(buyerCounts).set({ quantity: 0 }).where(eq(buyerCounts.buyerId, unpaid.buyerId))
      const { contact } = await orderRecord(shop, unpaid.id)
      await shop.db.update(contactCounts).set({ quantity: 0 }).where(eq(contactCounts.contact, contact))
    },
  },
  'a mailbox whose count is lost': {
    breaks: ['I6'],
    by: async ({ unpaid }) => {
      const { contact } = await orderRecord(shop, unpaid.id)
      await shop.db.delete(contactCounts).where(eq(contactCounts.contact, contact))
    },
  },
  'a network that is counted to hold what it does not': {
    breaks: ['I6'],
    by: ({ keys }) => shop.redis.hset(keys.networks, { elsewhere: 3 }),
  },
  'a Redis that lost the sale': { breaks: ['I7'], by: ({ keys }) => shop.redis.del(keys.state) },
  'a cart long past its deadline': {
    breaks: ['I8'],
    by: (busy) => changeHold(busy, busy.cart, { deadline: Date.now() - 60_000 }),
  },
  'an unpaid order long past its time': {
    breaks: ['I8'],
    by: ({ unpaid }) => makeOverdue(shop, unpaid.id),
  },
  'an order that was acknowledged and never made': {
    breaks: ['I8', 'I12'],
    by: async ({ sale, keys }) => {
      await queued(shop, sale)
      for (const { entryId } of await takenEntries(shop, sale.id)) {
        await shop.redis.xack(keys.orders, claimGroup, entryId)
      }
    },
  },
  'a line with another price': {
    breaks: ['I10'],
    by: ({ paid }) =>
      shop.db.update(orderLines).set({ priceMinor: 1 }).where(eq(orderLines.orderId, paid[0].id)),
  },
  'a pause in Redis alone': {
    breaks: ['I11'],
    by: ({ keys }) => shop.redis.hset(keys.state, { pausedAt: Date.now() }),
  },
  'an entry that two orders were made of': {
    breaks: ['I12'],
    by: ({ paid }) =>
      shop.db.execute(sql`update ${orders} set entry_id = (select entry_id from ${orders} where id = ${paid[1].id})
        where id = ${paid[0].id}`),
  },
  'a charge of another amount': {
    breaks: ['I14'],
    by: ({ paid }) =>
      shop.db.update(payments).set({ amountMinor: 1 }).where(eq(payments.orderId, paid[0].id)),
  },
}

const changeIntent = (orderId: string, change: { captures: number }) =>
  shop.db
    .update(intents)
    .set(change)
    .where(sql`${intents.key} = (select id from ${payments} where order_id = ${orderId})`)

test.each(Object.entries(damages))('it finds %s, and nothing else', async (_, { breaks, by }) => {
  const busy = await busySale(shop)
  await by(busy)
  expect(await failing(busy.sale)).toEqual(breaks)
})

test('I12: it finds an order that nobody claims', async () => {
  const sale = await mintSale(shop)
  await shop.redis.xadd(saleKeys(sale.id).orders, '1-1', { order: 'from long ago' })
  expect(await failing(sale)).toEqual(['I12'])
})

test('I4: it finds a hold with two orders, should the schema ever allow it', async () => {
  const { sale, paid } = await busySale(shop)
  await shop.db.execute(sql`drop index orders_one_per_hold`)
  await shop.db.execute(
    sql`update ${orders} set hold_id = 'hld_same' where id in (${paid[0].id}, ${paid[1].id})`,
  )
  expect(await failing(sale)).toEqual(['I4'])
})

test('I3: it finds money at the provider that no sale knows of', async () => {
  const { sale } = await busySale(shop)
  const stray = {
    id: 'pi_stray',
    key: 'pay_stray',
    amountMinor: 1,
    currency: 'EUR',
    state: 'captured',
    captures: 1,
  }
  await shop.db.insert(intents).values(stray)
  expect(await failing(sale)).toEqual(['I3'])
})
