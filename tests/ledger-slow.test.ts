import { sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { isLedgerBusy } from '../db/postgres'
import { order } from '../lib/orders/order'
import { openLedgerRig } from './ledger-rig'
import { granted } from './purchase'
import { mintSale, type Shop, until } from './shop'
import { expectSound } from './sound'

let rig: Awaited<ReturnType<typeof openLedgerRig>>
let shop: Shop
/** Its way to the ledger gets disturbed. */
let server: Shop
beforeAll(async () => {
  rig = await openLedgerRig()
  shop = rig.shop
  server = rig.server
})
afterEach(() => rig.proxy.pass())
afterAll(() => rig.close())

test('I15: connections that are lost in the middle of transactions fail those and nothing else, and all of them come back', async () => {
  const begun = 8
  const transactions = Promise.allSettled(
    Array.from({ length: begun }, () =>
      server.db.transaction(async (tx) => {
        await tx.execute(sql`select 1`)
        await tx.execute(sql`select pg_sleep(60)`)
      }),
    ),
  )
  const sleepers = sql`from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'`
  await until('every transaction to be in the middle', async () => {
    return (await shop.db.execute(sql`select pid ${sleepers}`)).length === begun
  })
  await shop.db.execute(sql`select pg_terminate_backend(pid) ${sleepers}`)
  for (const each of await transactions) {
    expect(each.status === 'rejected' && isLedgerBusy(each.reason)).toBe(true)
  }
  const before = performance.now()
  const asked = Array.from({ length: 200 }, () => server.db.transaction((tx) => tx.execute(sql`select 1`)))
  expect(await Promise.all(asked)).toHaveLength(200)
  expect(performance.now() - before).toBeLessThan(3_000)
})

test.each(['hangs', 'hangs up'])(
  'I16: with a ledger that %s an order is being confirmed within the time a request may wait',
  async (how) => {
    const sale = await mintSale(shop)
    const { made, mine, tookMs } = await rig.orderDuring(sale, () =>
      how === 'hangs' ? rig.proxy.stall() : rig.proxy.hangUp(),
    )
    expect(made.state).toBe('confirming')
    expect(tookMs).toBeLessThan(4_000)
    await rig.proxy.pass()
    await rig.untilDecided(sale, 1)
    expect(granted(await order(server, mine))).toMatchObject({ id: made.id, state: 'awaiting_payment' })
    expect(await expectSound(shop, sale.id)).toMatchObject({ unpaid: 2, free: 8 })
  },
)

test('I16: with every connection to the ledger taken an order is being confirmed, and then is (fault 22)', async () => {
  const sale = await mintSale(shop)
  const sleeping: Promise<unknown>[] = []
  const { made, mine, tookMs } = await rig.orderDuring(sale, () => {
    for (let i = 0; i < 10; i++) sleeping.push(server.db.execute(sql`select pg_sleep(3)`).then())
  })
  expect(made.state).toBe('confirming')
  expect(tookMs).toBeLessThan(4_000)
  await Promise.all(sleeping)
  await rig.untilDecided(sale, 1)
  expect(granted(await order(server, mine))).toMatchObject({ id: made.id, state: 'awaiting_payment' })
  expect(await expectSound(shop, sale.id)).toMatchObject({ unpaid: 2, free: 8 })
})
