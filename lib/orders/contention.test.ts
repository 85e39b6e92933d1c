import { sql } from 'drizzle-orm'
import postgres from 'postgres'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { isLedgerBusy } from '../../db/postgres'
import { granted, hold, queued, takenEntries } from '../../tests/purchase'
import { checkout, mintSale, newBuyers, openShop, orderRecord, type Shop, until } from '../../tests/shop'
import { sized } from '../../tests/size'
import { expectSound } from '../../tests/sound'
import { newBuyerId } from '../id'
import type { SaleRecord } from '../sales/record'
import { claim } from './claim'
import { claimNext } from './claim-next'
import { order } from './order'

let shop: Shop
let twin: Shop
/** Somebody else in the ledger, with a transaction of their own. */
let rival: postgres.Sql
beforeAll(async () => {
  shop = await openShop()
  twin = await openShop({ DATABASE_URL: shop.databaseUrl })
})
afterAll(() => Promise.all([shop.close(), twin.close()]))
beforeEach(async () => {
  rival = postgres(shop.databaseUrl, { max: 1, onnotice: () => {} })
  // Of two in a deadlock the one that looks first gives way: that is to be the claim.
  await rival`set deadlock_timeout = '60s'`
  await rival`begin`
})
afterEach(() => rival.end({ timeout: 1 }))

const lockUnit = (sale: SaleRecord, number: number) =>
  rival`select from units where sale_id = ${sale.id} and number = ${number} for update`

/** The server process of a claim that waits for a lock. */
const waitingClaim = () =>
  until('the claim to wait for a lock', async () => {
    const [row] = await shop.db.execute<{ pid: number }>(sql`
      select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
        and application_name = 'stampede'`)
    return row?.pid
  })

test('I16: a rival lock on a unit makes an order wait, then be confirming, and then confirmed (fault 23)', async () => {
  const sale = await mintSale(shop)
  const mine = { sale, buyerId: newBuyerId(), idempotencyKey: 'key-00000001', checkout }
  await hold(shop, sale, { ...mine, quantity: 2 })
  await lockUnit(sale, 1)
  expect(granted(await order(shop, mine))).toMatchObject({ state: 'confirming', units: [] })
  await rival`rollback`
  await until('the order to be confirmed', async () => {
    const { state } = granted(await order(shop, mine))
    return state === 'awaiting_payment'
  })
  expect(await expectSound(shop, sale.id)).toMatchObject({ unpaid: 2, free: 8 })
})

test('I1: a rival that takes the unit for itself wins, and the order is rejected whole (fault 23)', async () => {
  const sale = await mintSale(shop)
  const { id } = await queued(shop, sale, { quantity: 2 })
  await rival`update units set order_id = 'somebody-else' where sale_id = ${sale.id} and number = 2`
  const claimed = claimNext(shop, sale.id, 'new')
  await waitingClaim()
  await rival`commit`
  expect(await claimed).toBe(1)
  expect((await orderRecord(shop, id)).state).toBe('rejected')
  const rows = await shop.db.execute<{ number: number }>(
    sql`select number from units where sale_id = ${sale.id} and order_id is not null`,
  )
  expect([...rows]).toEqual([{ number: 2 }])
})

test('I12: a claim that gets into a deadlock gives way, and then claims all of its units (fault 24)', async () => {
  const sale = await mintSale(shop)
  const made = [await queued(shop, sale, { quantity: 3 }), await queued(shop, sale, { quantity: 3 })]
  await lockUnit(sale, 5)
  const claimed = claimNext(shop, sale.id, 'new')
  await waitingClaim()
  // Now each waits for the other: the claim has unit 1, the rival has unit 5.
  await lockUnit(sale, 1)
  await rival`commit`
  expect(await claimed).toBe(2)
  for (const { id } of made) expect((await orderRecord(shop, id)).state).toBe('awaiting_payment')
  expect(await expectSound(shop, sale.id)).toMatchObject({ unpaid: 6, free: 4 })
})

test('I1: claims of the same units in opposite order, again and again: one owner each, and nothing stuck (fault 24)', async () => {
  await rival`rollback`
  for (let round = 0; round < sized(5, 50); round++) {
    const sale = await mintSale(shop, { allocations: [20, 20] })
    for (const buyerId of newBuyers(10)) {
      await hold(shop, sale, { buyerId, quantity: 2 })
      await queued(shop, sale, { buyerId, quantity: 2, item: 1 })
    }
    const entries = await takenEntries(shop, sale.id)
    const backwards = entries.toReversed().map((entry) => ({ ...entry, lines: entry.lines.toReversed() }))
    const answers = await Promise.all([
      ...[claim(shop, sale.id, entries), claim(twin, sale.id, backwards)],
      ...entries.map((entry, i) => claim(i % 2 ? shop : twin, sale.id, [entry])),
    ])
    for (const states of answers) expect(new Set(states.values())).toEqual(new Set(['awaiting_payment']))
    expect(await expectSound(shop, sale.id)).toMatchObject({ unpaid: 40, free: 0 })
  }
})

test('I12: the ledger kills the connection of a claim in mid-batch: nothing of it stays, and it is claimed later (fault 19)', async () => {
  const sale = await mintSale(shop)
  const made = [await queued(shop, sale, { quantity: 2 }), await queued(shop, sale, { quantity: 2 })]
  await lockUnit(sale, 3)
  const claimed = claimNext(shop, sale.id, 'new').catch((error: unknown) => error)
  await shop.db.execute(sql`select pg_terminate_backend(${await waitingClaim()})`)
  expect(isLedgerBusy(await claimed)).toBe(true)
  await rival`rollback`
  const rows = await shop.db.execute(sql`select from orders where sale_id = ${sale.id}`)
  expect(rows).toHaveLength(0)
  await until('the entries to be taken over', async () => (await claimNext(twin, sale.id, 'left')) === 2)
  for (const { id } of made) expect((await orderRecord(shop, id)).state).toBe('awaiting_payment')
  expect(await expectSound(shop, sale.id)).toMatchObject({ unpaid: 4, free: 6 })
})
