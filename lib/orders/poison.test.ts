import { afterAll, beforeAll, expect, test } from 'vitest'
import { claimGroup, saleKeys } from '../../db/keys'
import { queued } from '../../tests/purchase'
import { mintSale, openShop, orderRecord, type Shop } from '../../tests/shop'
import { expectSound } from '../../tests/sound'
import { newMemory, reconcile } from '../repairs/reconcile'
import type { SaleRecord } from '../sales/record'
import { claimNext } from './claim-next'
import { findOrderRecord } from './read'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.close())

type Fields = Record<string, string>

/** Replaces the last entry of the stream by one with other fields, as a faulty release of the shop might write it. */
async function spoilLast(sale: SaleRecord, spoil: (fields: Fields) => Fields) {
  const key = saleKeys(sale.id).orders
  const [[id, flat] = ['', []]] = (await shop.redis.xrevrange(key, '+', '-', 1)) as unknown as [
    string,
    string[],
  ][]
  const fields: Fields = {}
  for (let i = 0; i < flat.length; i += 2) fields[flat[i] ?? ''] = flat[i + 1] ?? ''
  await shop.redis.xdel(key, id)
  await shop.redis.xadd(key, '*', spoil(fields))
}

const doubled = (lines = '[]') => JSON.stringify([...JSON.parse(lines), ...JSON.parse(lines)])
const withLines = (fields: Fields, change: object) => ({
  ...fields,
  lines: JSON.stringify(JSON.parse(fields.lines ?? '').map((line: object) => ({ ...line, ...change }))),
})

const poisons: [what: string, spoil: (fields: Fields) => Fields, inLedger: boolean][] = [
  ['has a price beyond the range of the ledger', (f) => withLines(f, { price: 2 ** 31 }), false],
  ['has two lines of one item', (f) => ({ ...f, lines: doubled(f.lines) }), true],
  ['has a unit number beyond any range', (f) => withLines(f, { numbers: [3_000_000_000] }), false],
  ['names a unit twice', (f) => withLines(f, { numbers: [2, 2] }), true],
  ['has no lines', (f) => ({ ...f, lines: '[]' }), false],
  ['has lines that are no JSON', (f) => ({ ...f, lines: '[{"item":' }), false],
  ['has details of nobody', (f) => ({ ...f, details: '{}' }), false],
  ['has a text that the ledger can not store', (f) => ({ ...f, body: 'a\u0000b' }), false],
  ['has no hold', ({ hold: _hold, ...f }) => f, false],
  ['is of an epoch that never was', (f) => ({ ...f, epoch: '999-beef' }), true],
]

test.each(poisons)(
  'I12: an entry that %s is set aside, its hold is freed and the others go on (fault 8)',
  async (_what, spoil, inLedger) => {
    const sale = await mintSale(shop, { allocation: 10 })
    const before = [await queued(shop, sale), await queued(shop, sale)]
    const poison = await queued(shop, sale)
    await spoilLast(sale, spoil)
    const after = [await queued(shop, sale), await queued(shop, sale)]
    expect(await claimNext(shop, sale.id, 'new')).toBe(5)
    for (const { id } of [...before, ...after]) {
      expect((await orderRecord(shop, id)).state).toBe('awaiting_payment')
    }
    const set = await findOrderRecord(shop, poison.id)
    expect(set?.state).toBe(inLedger ? 'rejected' : undefined)
    expect(await shop.redis.xpending(saleKeys(sale.id).orders, claimGroup, '-', '+', 10)).toEqual([])
    expect(await claimNext(shop, sale.id, 'new')).toBe(0)
    expect(await expectSound(shop, sale.id)).toMatchObject({ unpaid: 4, free: 6 })
  },
)

test('I8: an entry that does not even name its hold is set aside, and the reconciler frees that hold (fault 8)', async () => {
  const sale = await mintSale(shop)
  const good = await queued(shop, sale)
  await queued(shop, sale, { quantity: 3 })
  await spoilLast(sale, () => ({ nonsense: 'x' }))
  expect(await claimNext(shop, sale.id, 'new')).toBe(2)
  expect(await reconcile(shop, sale.id, newMemory())).toMatchObject({ finished: 1 })
  expect((await orderRecord(shop, good.id)).state).toBe('awaiting_payment')
  expect(await expectSound(shop, sale.id)).toMatchObject({ unpaid: 1, free: 9 })
})
