import { text } from 'node:stream/consumers'
import { parse } from 'csv-parse/sync'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { auditEntries, orders } from '../../db/schema'
import { bought, payFor, placed } from '../../tests/purchase'
import { mintSale, openShop, orderRecord, type Shop } from '../../tests/shop'
import { expectSound } from '../../tests/sound'
import { verifySale } from '../repairs/verify'
import { writeOrdersCsv } from './csv'
import { cancelOrder } from './end'
import { listOrders } from './list'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.close())

const team = { actor: { accountId: null, name: 'Mara <mara@shop.example>' }, reason: 'Asked for by phone' }

const csvOf = async (filter: object): Promise<Record<string, string>[]> =>
  parse(await text(writeOrdersCsv(shop, filter)), { columns: true, bom: true })

/** More orders than one reading of a file takes, without a purchase for each. */
async function many(saleId: string, count: number) {
  const row = (n: number) => ({
    ...{ saleId, id: `ord_many${n}`, buyerId: `b${n}`, holdId: `h${n}`, bodyHash: '', entryId: '' },
    ...{ state: 'rejected' as const, totalMinor: 0, currency: 'EUR', payBy: new Date() },
    ...{ email: `many${n}@example.com`, details: '{"name":"Many"}' },
  })
  await shop.db.insert(orders).values(Array.from({ length: count }, (_, n) => row(n)))
}

test('a list has each order once, page by page, whichever way it is sorted', async () => {
  const sale = await mintSale(shop)
  await many(sale.id, 120)
  for (const oldestFirst of [true, false]) {
    const seen: number[] = []
    for (let after: number | undefined; ; after = seen.at(-1)) {
      const page = await listOrders(shop, { saleId: sale.id, oldestFirst, after })
      seen.push(...page.orders.map(({ number }) => number))
      if (!page.more) break
      expect(page.orders).toHaveLength(50)
    }
    expect(new Set(seen).size).toBe(120)
    expect(seen).toEqual(seen.toSorted((a, b) => (oldestFirst ? a - b : b - a)))
  }
})

test('an order is found by its number, its id, and what its buyer typed; letters of patterns are letters', async () => {
  const sale = await mintSale(shop)
  const made = await bought(shop, sale)
  await bought(shop, sale)
  const { number, email } = await orderRecord(shop, made.id)
  for (const search of [String(number), made.id, email, email.slice(1).toUpperCase()]) {
    const found = await listOrders(shop, { saleId: sale.id, search })
    expect(
      found.orders.map(({ id }) => id),
      search,
    ).toEqual([made.id])
  }
  for (const search of ['%', '_@_', "' or 1=1 --", '\\', '99999999999', '"}', 'postalCode', '.*'])
    expect((await listOrders(shop, { saleId: sale.id, search })).orders, search).toEqual([])
})

test('the file says what the ledger says: each order, its units, and the revenue that verify counts', async () => {
  const sale = await mintSale(shop, { allocation: 20, limit: 3 })
  for (const quantity of [1, 2, 3]) await bought(shop, sale, { quantity })
  const unpaid = await placed(shop, sale)
  const rows = await csvOf({ saleId: sale.id })
  expect(rows).toHaveLength(4)
  expect(rows.at(-1)).toMatchObject({ id: unpaid.id, state: 'awaiting_payment', paid_at: '', total: '19.90' })
  const paid = await csvOf({ saleId: sale.id, state: 'paid' })
  const units = paid.flatMap(({ units = '' }) => units.replace(/^.*: /, '').split(' '))
  const { items } = await verifySale(shop, sale)
  expect(units).toHaveLength(items[0]?.sold ?? 0)
  expect(new Set(units).size).toBe(6)
  expect(paid.reduce((sum, { total }) => sum + Math.round(Number(total) * 100), 0)).toBe(6 * 1990)
})

test('what a buyer typed is never a formula of the merchant’s spreadsheet, nor another cell (attack 38)', async () => {
  const sale = await mintSale(shop)
  const { id } = await bought(shop, sale)
  const name = '=HYPERLINK("http://evil.example","x")'
  const details = { name, line1: '+1', postalCode: '@SUM(A1)', city: 'a,"b"\nc', country: 'DE' }
  await shop.db
    .update(orders)
    .set({ details: JSON.stringify(details) })
    .where(eq(orders.id, id))
  const [row] = await csvOf({ saleId: sale.id })
  expect(row).toMatchObject({ name: `'${name}`, line1: "'+1", postal_code: "'@SUM(A1)", city: details.city })
})

test('a file of more orders than one reading takes has each once', async () => {
  const sale = await mintSale(shop)
  await many(sale.id, 2_500)
  const rows = await csvOf({ saleId: sale.id })
  expect(new Set(rows.map(({ id }) => id)).size).toBe(2_500)
  expect(rows).toHaveLength(2_500)
})

test('a ledger that fails in the middle breaks the file off: it is never taken for a whole one', async () => {
  const sale = await mintSale(shop)
  await many(sale.id, 2_500)
  let readings = 0
  const failing = {
    db: new Proxy(shop.db, {
      get(db, name) {
        if (name === 'select' && ++readings === 2) throw new Error('the ledger is gone')
        return Reflect.get(db, name)
      },
    }),
  }
  await expect(text(writeOrdersCsv(failing, { saleId: sale.id }))).rejects.toThrow('the ledger is gone')
})

test('the team cancels an unpaid order once, with its reason; one that was paid meanwhile stays paid', async () => {
  const sale = await mintSale(shop)
  const [unpaid, paid] = [await placed(shop, sale), await placed(shop, sale)]
  await payFor(shop, paid.id)
  const record = await orderRecord(shop, unpaid.id)
  const ended = await Promise.all([1, 2].map(() => cancelOrder(shop, record, team)))
  expect(ended.toSorted()).toEqual([false, true])
  expect(await cancelOrder(shop, await orderRecord(shop, paid.id), team)).toBe(false)
  const entries = await shop.db.select().from(auditEntries).where(eq(auditEntries.subject, unpaid.id))
  expect(entries).toMatchObject([
    { action: 'orders.cancel', actor: team.actor.name, reason: team.reason, after: { state: 'cancelled' } },
  ])
  expect(await shop.db.select().from(auditEntries).where(eq(auditEntries.subject, paid.id))).toEqual([])
  expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 1, free: 9 })
})
