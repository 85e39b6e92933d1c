import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { auditEntries, sales, units } from '../../db/schema'
import { openShop, type Shop } from '../../tests/shop'
import { parseMinor } from '../money'
import { discardDraft, draftSale } from './draft'
import { draftSchema } from './draft-schema'
import { listOverlaps, listSaleItems, listVariants } from './offers'
import { publishSale } from './publish'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.close())

const actor = { accountId: 'acc_test', name: 'Tess' }

const item = {
  variantId: 'new',
  product: { title: 'Kiln Mug', variant: 'Cream', description: 'Stoneware.' },
  ...{ price: '19.90', allocation: '25', limit: '2' },
}

const typed = (slug: string, changes: Record<string, unknown> = {}) => ({
  ...{ title: 'A drop', slug, description: 'Of mugs.', proof: 'none' },
  ...{ opensAt: '2027-01-15T10:00', closesAt: '2027-01-16T10:00' },
  ...{ holdSeconds: '300', paySeconds: '600', extensions: '1', items: [item], ...changes },
})

async function draft(slug: string, changes: Record<string, unknown> = {}) {
  const made = await draftSale(shop, draftSchema.parse(typed(slug, changes)), actor)
  if (!made.ok) throw new Error(JSON.stringify(made))
  return made.value.saleId
}

test('a draft holds what was typed, in the shop’s own time, and sells nothing until it is published', async () => {
  const saleId = await draft('winter-mugs')
  const [row] = await shop.db.select().from(sales).where(eq(sales.id, saleId))
  expect(row).toMatchObject({
    ...{ state: 'draft', currency: 'EUR', opensAt: new Date('2027-01-15T09:00:00Z') },
  })
  expect(await listSaleItems(shop, saleId)).toMatchObject([
    { product: 'Kiln Mug', variant: 'Cream', priceMinor: 1990, allocation: 25, limitPerBuyer: 2 },
  ])
  const minted = () => shop.db.select().from(units).where(eq(units.saleId, saleId))
  expect(await minted()).toHaveLength(0)
  await publishSale(shop, saleId, actor)
  expect(await minted()).toHaveLength(25)
  const entries = await shop.db.select().from(auditEntries).where(eq(auditEntries.subject, saleId))
  expect(entries.map(({ action, actor: who }) => [action, who])).toEqual([
    ['sales.create', 'Tess'],
    ['sales.publish', 'Tess'],
  ])
  expect(await discardDraft(shop, saleId, actor)).toMatchObject({ reason: 'not_found' })
  expect(await minted()).toHaveLength(25)
})

test('what is offered elsewhere at the same time is told, and a draft can be thrown away with its name', async () => {
  const first = await draft('spring-mugs')
  const [variant] = (await listVariants(shop)).filter(({ title }) => title === 'Cream')
  const items = [{ variantId: variant?.id, price: '18', allocation: '5', limit: '1' }]
  const second = await draft('more-mugs', { items })
  const later = { opensAt: '2027-03-01T10:00', closesAt: '2027-03-02T10:00' }
  const third = await draft('later-mugs', { items, ...later })
  const overlapping = (await listOverlaps(shop, second)).map(({ saleId }) => saleId)
  expect(overlapping).not.toContain(third)
  const listed = await listSaleItems(shop, second)
  expect(listed).toMatchObject([{ product: variant?.product, priceMinor: 1800 }])
  expect(await discardDraft(shop, first, actor)).toEqual({ ok: true, value: null })
  expect(await draft('spring-mugs')).not.toBe(first)
})

test('a taken address is refused, and nothing of the second draft stays', async () => {
  await draft('taken-mugs')
  const before = await listVariants(shop)
  const other = { ...item, product: { ...item.product, title: 'Another mug' } }
  const parsed = draftSchema.parse(typed('taken-mugs', { items: [other] }))
  expect(await draftSale(shop, parsed, actor)).toMatchObject({ fields: { slug: 'is already taken' } })
  expect(await listVariants(shop)).toEqual(before)
})

test.each([
  ['a time that no clock shows', { opensAt: '2027-03-28T02:30', closesAt: '2027-04-01T10:00' }, 'opensAt'],
  ['a closing before the opening', { closesAt: '2027-01-15T09:59' }, 'closesAt'],
  ['no items', { items: [] }, 'items'],
  ['an address with a slash', { slug: 'a/b' }, 'slug'],
  ['a price of words', { items: [{ ...item, price: 'ten' }] }, 'items.0.price'],
  ['a price below nothing', { items: [{ ...item, price: '-1' }] }, 'items.0.price'],
  ['no units', { items: [{ ...item, allocation: '0' }] }, 'items.0.allocation'],
  ['half a unit', { items: [{ ...item, allocation: '1.5' }] }, 'items.0.allocation'],
  ['too many units', { items: [{ ...item, allocation: '5000001' }] }, 'items.0.allocation'],
  ['a new product without a name', { items: [{ ...item, product: undefined }] }, 'items.0.product.title'],
  ['a hold of a day', { holdSeconds: '86400' }, 'holdSeconds'],
])('%s is refused at its field', (_what, changes, field) => {
  const parsed = draftSchema.safeParse(typed('some-mugs', changes))
  expect(parsed.error?.issues.map(({ path }) => path.join('.'))).toContain(field)
})

test('prices are read as people type them, and never through a float', () => {
  expect(['19.90', '19,9', '20', ' 0.01 '].map((text) => parseMinor(text, 'EUR'))).toEqual([
    1990, 1990, 2000, 1,
  ])
  expect(['', '1.999', '1e3', '-1', '1 000', '99999999999'].map((text) => parseMinor(text, 'EUR'))).toEqual(
    Array(6).fill(null),
  )
  expect(parseMinor('500', 'JPY')).toBe(500)
  expect(parseMinor('500.5', 'JPY')).toBeNull()
})
