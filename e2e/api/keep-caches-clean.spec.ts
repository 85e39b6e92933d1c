import { randomUUID } from 'node:crypto'
import { orderSchema } from '../../lib/contract'
import type { SaleRecord } from '../../lib/sales/record'
import { type Buyer, fetched, granted, test } from '../rig/api'
import type { Answer, Call } from '../rig/call'
import { expect } from '../rig/test'

/** What a cache keeps even if nothing is said about it (RFC 9110, section 15.1). */
const keptByDefault = [200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501]

/** True when no cache between the shop and its shoppers may keep this answer. */
function isPrivate({ status, headers }: Answer): boolean {
  const said = headers['cache-control']
  if (said === undefined) return !keptByDefault.includes(status)
  return /\b(no-store|private)\b/.test(said) && !/\b(public|s-maxage)\b/.test(said)
}

const saleTitle = 'The Very Private Sale'
const forms: Record<string, string>[] = [{}, { rsc: '1' }, { rsc: '1', 'next-router-prefetch': '1' }]
const odd = [
  '/x.css',
  '.css',
  ';x.js',
  '%2fx.css',
  '%0a',
  '%0a.css',
  '%00.css',
  '%3fx.css',
  '%23x.css',
  '/..;/x.js',
]

/** One buyer with a cart in one sale and an order in another, and all addresses that show either. */
async function shopper(buyer: Buyer, mint: (wish: { title: string }) => Promise<SaleRecord>) {
  const [cart, ordered] = [await mint({ title: saleTitle }), await mint({ title: saleTitle })]
  await buyer.reserve(cart, 1)
  await buyer.reserve(ordered, 1)
  const { id, token } = granted(await buyer.order(ordered), orderSchema, 201)
  const pages = ['/cart', '/checkout', `/orders/${id}`]
  const calls = [`/api/v1/sales/${cart.slug}/cart`, `/api/v1/orders/${id}`]
  return { id, token, pages, calls, queries: [`/checkout?sale=${cart.slug}`, `/orders/${id}?t=${token}`] }
}

test('attack 28: nothing that belongs to a shopper may be kept by a cache, whatever its address looks like', async ({
  anyone,
  newBuyer,
  mint,
}) => {
  test.slow()
  const buyer = newBuyer()
  const { pages, calls, queries, token } = await shopper(buyer, mint)
  const personal = new RegExp(`${saleTitle}|${token}|"deadline"|${buyer.token}`)
  for (const path of [...pages, ...calls, ...queries]) {
    const answer = await anyone(path, { headers: { cookie: buyer.cookie } })
    expect(answer.status, path).toBe(200)
    expect(answer.text, path).toMatch(personal)
  }
  const suffixed = [...pages, ...calls].flatMap((path) => odd.map((suffix) => path + suffix))
  const wrapped = pages.flatMap((path) => [
    `/_next/static/..%2f..${path.replaceAll('/', '%2f')}`,
    `/images/..%2f${path.slice(1)}`,
    `/images/../..${path}`,
    `/${path}`,
    `${path}/`,
    `${path}?x.css`,
    `${path}#x.css`,
  ])
  for (const path of [...pages, ...calls, ...queries, ...suffixed, ...wrapped]) {
    for (const headers of forms) {
      const answer = await fetched(anyone, path, { ...headers, cookie: buyer.cookie })
      const what = `${path} ${JSON.stringify(headers)}: ${answer.status} ${answer.headers['cache-control']}`
      expect(answer.status, what).toBeLessThan(500)
      if (personal.test(answer.text) || answer.cookies.length > 0) expect(isPrivate(answer), what).toBe(true)
    }
  }
})

test('a "not found" for a stranger is kept by no cache, which would hide the order from its owner', async ({
  anyone,
  newBuyer,
  mint,
}) => {
  const { pages, calls, queries } = await shopper(newBuyer(), mint)
  const stranger = newBuyer()
  for (const path of [...pages, ...calls, ...queries.map((each) => each.replace(/t=.*/, 't=x'))]) {
    // Without fetching in advance, for which a page has nothing or what is everybody's.
    for (const headers of forms.slice(0, 2)) {
      const answer = await fetched(anyone, path, { ...headers, cookie: stranger.cookie })
      expect(answer.text, path).not.toContain(saleTitle)
      expect(isPrivate(answer), `${path}: ${answer.headers['cache-control']}`).toBe(true)
    }
  }
  const session = await anyone('/api/v1/session', { method: 'POST' })
  expect(session.cookies).toHaveLength(1)
  expect(isPrivate(session)).toBe(true)
})

/** The same visit by different people: with and without cookies, from a search engine, a phone, a campaign's link. */
const visits = (buyer: Buyer): { query?: string; headers: Call['headers'] }[] => [
  { headers: {} },
  { headers: { cookie: buyer.cookie } },
  { headers: { cookie: 'theme=dark; buyer=forged; __prerender_bypass=x; __next_preview_data=x' } },
  { headers: { authorization: `Bearer ${buyer.token}`, 'x-forwarded-for': '198.51.100.7' } },
  { headers: { 'user-agent': 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)' } },
  { headers: { 'user-agent': 'Mozilla/5.0 (compatible; Googlebot/2.1)', 'accept-language': 'de' } },
  { headers: { 'user-agent': 'facebookexternalhit/1.1', 'x-forwarded-host': 'evil.example' } },
  { query: '?utm_source=mail&t=x&quantity=9', headers: { referer: 'https://example.com/' } },
  { query: '?_x=<b>&sale=x&__nextLocale=de', headers: { 'next-url': '/cart' } },
]

/** Without the server's clock, which is all that differs from one second to the next. */
const body = ({ text }: Answer) => text.replace(/"now":"[^"]*"/, '"now":""')

test('attack 28: everybody gets the same bytes of what is public, and no cookie with them', async ({
  anyone,
  newBuyer,
  mint,
}) => {
  const sale = await mint()
  const buyer = newBuyer()
  await buyer.reserve(sale, 1)
  const api = `/api/v1/sales/${sale.slug}`
  const product = `/products/${sale.items[0]?.handle}`
  const files = ['/images/products/mug.svg', '/sitemap.xml', '/api/openapi.json']
  for (const path of ['/', '/sales', product, `/sales/${sale.slug}`, api, `${api}/live`, ...files]) {
    // A page that is made again in between is another one: then all of them are read again.
    await expect(async () => {
      const first = await anyone(path)
      expect(first.status, path).toBe(200)
      for (const { query = '', headers = {} } of visits(buyer)) {
        const answer = await anyone(path + query, { headers })
        const what = `${path}${query} ${JSON.stringify(headers)}`
        expect(answer.cookies, what).toEqual([])
        expect(answer.headers['cache-control'], what).toBe(first.headers['cache-control'])
        expect(body(answer) === body(first), `the same bytes: ${what}`).toBe(true)
      }
    }).toPass({ timeout: 20_000 })
  }
})

test('attack 28: what the router fetches has an address of its own, and is never taken for the page', async ({
  anyone,
  mint,
}) => {
  const sale = await mint()
  const product = `/products/${sale.items[0]?.handle}`
  for (const path of ['/', '/sales', product, `/sales/${sale.slug}`, '/cart', '/checkout']) {
    for (const headers of [...forms.slice(1), { rsc: '1', 'next-router-segment-prefetch': '/_tree' }]) {
      const moved = await anyone(path, { headers })
      expect(moved.status, 'never under the address of the page').toBe(307)
      expect(isPrivate(moved), moved.headers['cache-control']).toBe(true)
      const own = moved.headers.location ?? ''
      expect(own).toMatch(/[?&]_rsc\b/)
      const [variant, page] = [await anyone(own, { headers }), await anyone(own)]
      // Some pages have nothing to fetch in advance; what they say then has no type.
      expect(variant.headers['content-type'] ?? 'text/x-component', own).toBe('text/x-component')
      expect(page.headers['content-type'], own).toMatch(/^text\/html/)
      for (const answer of [variant, page]) {
        const vary = (answer.headers.vary ?? '').toLowerCase().split(/,\s*/)
        expect(vary, own).toEqual(expect.arrayContaining(Object.keys(headers)))
      }
    }
  }
})

test('pages and pictures may be kept, what is not there only for a second, and a refusal to fetch in advance not at all', async ({
  anyone,
  mint,
}) => {
  const sale = await mint()
  const product = `/products/${sale.items[0]?.handle}`
  for (const path of ['/', '/sales', product, `/sales/${sale.slug}`, '/images/products/mug.svg']) {
    const { status, headers } = await anyone(path)
    expect({ path, status, kept: headers['cache-control'] }).toEqual({
      ...{ path, status: 200 },
      kept: expect.stringMatching(/s-maxage=(30|300), stale-while-revalidate=\d{4,}/),
    })
  }
  for (const path of ['/sales/none', '/products/none', '/products/No', '/sales/none/room', '/nothing']) {
    const { status, headers, text } = await anyone(path)
    expect(status, path).toBe(404)
    expect(text.replace(/<script\b[\s\S]*?<\/script>/g, ''), path).toContain('There is no such page')
    expect(Number(/s-maxage=(\d+)/.exec(headers['cache-control'] ?? '')?.[1] ?? 0), path).toBeLessThanOrEqual(
      1,
    )
  }
  for (const path of ['/cart', '/checkout', '/orders/ord_none']) {
    const answer = await fetched(anyone, path, { rsc: '1', 'next-router-prefetch': '1' })
    if (answer.status !== 200) expect(answer.headers['cache-control'], path).toMatch(/no-store/)
  }
})

test('a page that somebody asked for too early is there once it is published', async ({ anyone, mint }) => {
  const slug = `early-${randomUUID().slice(0, 8)}`
  expect((await anyone(`/sales/${slug}`)).status).toBe(404)
  const { items } = await mint({ slug })
  await expect.poll(async () => (await anyone(`/sales/${slug}`)).status, { timeout: 5_000 }).toBe(200)
  expect((await anyone(`/products/${items[0]?.handle}`)).status).toBe(200)
})

test('attack 34: nobody can have the shop resize pictures: there is no image optimiser', async ({
  anyone,
}) => {
  for (const url of [
    '/images/og.png',
    'https://evil.example/x.png',
    '//evil.example/x.png',
    '/api/v1/sales',
  ]) {
    for (const width of [16, 640, 3840, 99_999]) {
      const answer = await anyone(`/_next/image?url=${encodeURIComponent(url)}&w=${width}&q=75`)
      expect(answer.status, `${url} ${width}`).toBe(404)
      expect(answer.headers['content-type'] ?? '').not.toMatch(/^image/)
    }
  }
})
