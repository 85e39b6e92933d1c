import { readdirSync, readFileSync } from 'node:fs'
import { eq } from 'drizzle-orm'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { products, sales, variants } from '../../db/schema'
import { mintSale, openShop, type Shop } from '../../tests/shop'
import { newProductId } from '../id'
import { slugPattern } from '../patterns'
import { createSale } from './create'
import { findProduct } from './product'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.close())

const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000)

const mug = (handle: string, variant = 'Blue', listPriceMinor: number | null = 2900) => ({
  product: { handle, title: 'Kiln Mug', description: 'Stoneware.', image: '/mug.svg', imageAlt: 'A mug.' },
  variant,
  listPriceMinor,
  priceMinor: 1990,
  allocation: 3,
  limit: 1,
})

describe('a product', () => {
  test('is one over all sales that offer it, with each of them in order of opening', async () => {
    const later = await mintSale(shop, {
      items: [mug('mug-of-many'), mug('mug-of-many', 'Red', 3100)],
      opensAt: inHours(1),
      closesAt: inHours(2),
    })
    const now = await mintSale(shop, { items: [mug('another-mug'), mug('mug-of-many')] })
    await mintSale(shop, { items: [mug('mug-of-many')], opensAt: inHours(-99), closesAt: inHours(-98) })
    const found = await findProduct(shop, 'mug-of-many')
    expect(found).toMatchObject({ handle: 'mug-of-many', title: 'Kiln Mug', imageAlt: 'A mug.' })
    expect(found?.variants).toEqual([
      { title: 'Blue', listPriceMinor: 2900, currency: 'EUR' },
      { title: 'Red', listPriceMinor: 3100, currency: 'EUR' },
    ])
    expect(
      found?.sales.map(({ slug }) => slug),
      'without what has been over for days',
    ).toEqual([now.slug, later.slug])
    expect(found?.sales[0]?.items.map(({ handle }) => handle)).toEqual(['another-mug', 'mug-of-many'])
  })

  test('that no published sale has offered is nobody’s to see', async () => {
    const sale = await mintSale(shop, { items: [mug('secret-mug')] })
    expect(await findProduct(shop, 'secret-mug')).not.toBeNull()
    await shop.db.update(sales).set({ state: 'draft' }).where(eq(sales.id, sale.id))
    expect(await findProduct(shop, 'secret-mug')).toBeNull()
    expect(await findProduct(shop, 'no-mug')).toBeNull()
  })

  test('whose handle is none is not looked for', async () => {
    const deaf = { db: undefined } as unknown as Shop
    for (const handle of ['', 'Mug', 'a b', '{x}', '-a', 'a-', 'a'.repeat(65), "a'--", '../a'])
      expect(await findProduct(deaf, handle), handle).toBeNull()
  })

  test('without a handle gets one of its own from its title, as every address has to be', async () => {
    for (const title of ['Café – Nº 3 “Crème”', '日本', '-'.repeat(80), 'A'.repeat(200)]) {
      const items = [1, 2].map(() => {
        const { handle: _, ...product } = mug('').product
        return { ...mug(''), product: { ...product, title } }
      })
      const sale = await mintSale(shop, { items })
      const handles = sale.items.map(({ handle }) => handle)
      for (const handle of handles) expect(handle).toMatch(slugPattern)
      expect(new Set(handles).size).toBe(2)
    }
    const [{ handle } = { handle: '' }] = (await mintSale(shop, { items: [mug('x')] })).items
    expect(handle).toBe('x')
  })

  test('of eight sales that are made at once is written once, and so is its variant', async () => {
    const made = await Promise.all(
      Array.from({ length: 8 }, () => mintSale(shop, { items: [mug('rush-mug')] })),
    )
    const rows = await shop.db
      .select({ id: variants.id })
      .from(variants)
      .innerJoin(products, eq(products.id, variants.productId))
      .where(eq(products.handle, 'rush-mug'))
    expect(rows).toHaveLength(1)
    expect(new Set(made.map(({ items }) => items[0]?.variantId))).toEqual(new Set([rows[0]?.id]))
  })

  test('keeps its words when a sale describes it anew', async () => {
    await mintSale(shop, { items: [mug('steady-mug')] })
    const other = { ...mug('steady-mug'), listPriceMinor: 3300 }
    await mintSale(shop, { items: [{ ...other, product: { ...other.product, title: 'Other' } }] })
    expect(await findProduct(shop, 'steady-mug')).toMatchObject({
      title: 'Kiln Mug',
      variants: [{ listPriceMinor: 3300 }],
    })
  })

  test('whose handle could be no address is refused by the ledger', async () => {
    const made = createSale(shop, {
      ...{ slug: 'bad-handle', title: '', description: '', opensAt: inHours(1), closesAt: inHours(2) },
      ...{ currency: 'EUR', holdSeconds: 300, paySeconds: 600, extensions: 0, items: [mug('No Handle')] },
    })
    await expect(made).rejects.toThrow()
  })
})

test('the update gives each product that was there before a readable address of its own', async () => {
  const folder = new URL('../../db/migrations/', import.meta.url)
  const steps = readdirSync(folder).filter((step) => step.endsWith('.sql'))
  const at = steps.findIndex((step) => step.endsWith('_product_handles.sql'))
  const run = async (name: string) => {
    for (const statement of readFileSync(new URL(name, folder), 'utf8').split('--> statement-breakpoint'))
      await ledger.unsafe(statement)
  }
  const name = `before_${newProductId().slice(4)}`
  const admin = postgres(shop.databaseUrl, { max: 1, onnotice: () => {} })
  await admin.unsafe(`create database ${name}`)
  await admin.end()
  const url = new URL(shop.databaseUrl)
  url.pathname = `/${name}`
  const ledger = postgres(url.href, { max: 1, onnotice: () => {} })
  for (const step of steps.slice(0, at)) await run(step)
  const old = [
    ['prd_aaaaaaaaaaa1', 'Fieldnote 65', 'workshop-drop-1-aaaaaaaaaaa1'],
    ['prd_aaaaaaaaaaa2', 'Fieldnote 65', `${'x'.repeat(70)}-2-aaaaaaaaaaa2`],
    ['prd_aaaaaaaaaaa3', '!!!', 'Not An Address'],
  ]
  for (const [id = '', title = '', handle = ''] of old)
    await ledger`insert into products values (${id}, ${handle}, ${title}, '', '', '')`
  await run(steps[at] ?? '')
  const rows = await ledger`select handle from products order by id`
  expect(rows.map(({ handle }) => handle)).toEqual([
    'fieldnote-65-aaaaaaaaaaa1',
    'fieldnote-65-aaaaaaaaaaa2',
    'product-aaaaaaaaaaa3',
  ])
  await ledger.end()
})
