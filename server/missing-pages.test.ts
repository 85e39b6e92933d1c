import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mintSale, openShop, type Shop } from '../tests/shop'
import { missingPages } from './missing-pages'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.close())

test('every address of a sale or product that is not there leads to one page, whatever else it says', async () => {
  const whereTo = missingPages(shop)
  const led = new Set<string>()
  for (let count = 0; count < 200; count++) {
    const name = randomUUID()
    for (const url of [`/sales/${name}`, `/products/${name}`, `/sales/${name}/room`])
      led.add(await whereTo(url))
  }
  for (const name of ['Upper', 'a%20b', '%00', '{x}', "a'--", 'x'.repeat(200)]) {
    led.add(await whereTo(`/sales/${name}`))
    led.add(await whereTo(`/products/${name}`))
  }
  led.add(await whereTo(`/sales/${(await mintSale(shop)).slug}/room`))
  expect([...led]).toEqual(['/-'])
  expect(await whereTo('/sales/none?_rsc=abc&x=1'), 'what the router says beside it stays').toBe(
    '/-?_rsc=abc&x=1',
  )
})

test('what is there keeps its address, and so does all that is no sale and no product', async () => {
  const whereTo = missingPages(shop)
  const sale = await mintSale(shop, { room: true })
  const product = `/products/${sale.items[0]?.handle}`
  const pages = [`/sales/${sale.slug}`, `/sales/${sale.slug}/room?a=1`, product, `${product}?_rsc=x`]
  const others = [
    '/',
    '/sales',
    '/sales/',
    '/sales/x/y',
    '/cart',
    '/orders/x',
    '/products',
    '/_next/static/x.js',
  ]
  for (const url of [...pages, ...others]) expect(await whereTo(url)).toBe(url)
})

test('while the ledger does not answer nothing is said to be missing', async () => {
  const away = await openShop({ DATABASE_URL: 'postgres://127.0.0.1:1/none' })
  const whereTo = missingPages(away)
  for (const url of ['/sales/perhaps', '/products/perhaps']) expect(await whereTo(url)).toBe(url)
  await away.close()
})
