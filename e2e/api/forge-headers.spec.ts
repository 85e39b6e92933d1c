import { cartSchema, orderSchema } from '../../lib/contract'
import { itemOf } from '../../tests/shop'
import { type Buyer, expectRefused, fetched, granted, test } from '../rig/api'
import type { Answer } from '../rig/call'
import { actionCall, actionId } from '../rig/forms'
import { unchanged } from '../rig/snapshot'
import { expect } from '../rig/test'

const evil = 'evil.example'

/** Every way in which a request can claim to have come to another address. */
const claims: Record<string, string>[] = [
  { host: evil },
  { host: `${evil}:443` },
  { host: `localhost@${evil}` },
  { 'x-forwarded-host': evil },
  { 'x-forwarded-host': `${evil}, localhost` },
  { host: evil, 'x-forwarded-host': evil, 'x-forwarded-proto': 'https', origin: `https://${evil}` },
  { 'x-forwarded-proto': evil },
  { 'x-forwarded-proto': 'https', 'x-forwarded-port': '6666', 'x-forwarded-server': evil },
  { 'x-forwarded-prefix': `//${evil}` },
  { forwarded: `for=127.0.0.1;host=${evil};proto=https` },
  { 'x-original-url': `https://${evil}/`, 'x-rewrite-url': `https://${evil}/` },
  { 'x-original-host': evil, 'x-host': evil, 'x-http-host-override': evil, via: evil },
  { referer: `https://${evil}/`, 'x-url-scheme': evil, 'front-end-https': 'on' },
]

const everything = ({ status: _, ...said }: Answer) => JSON.stringify(said)

test('attack 8: no answer repeats a forged host: not a page, a redirect, an order, nor the OpenAPI document', async ({
  anyone,
  newBuyer,
  mint,
  settings,
}) => {
  const sale = await mint()
  const buyer = newBuyer()
  await buyer.reserve(sale, 1)
  const { id } = granted(await buyer.order(sale), orderSchema, 201)
  await buyer.pay(id, '4000000000003220')
  const api = `/api/v1/sales/${sale.slug}`
  const product = `/products/${sale.items[0]?.handle}`
  const shown = ['/', '/sales', product, `/sales/${sale.slug}`, `/orders/${id}`, '/cart', '/checkout']
  const gone = ['/nothing', '/orders/x', '/sales/no-such-sale', `${api}/nothing`]
  const moved = ['/cart/', `/sales/${sale.slug}/`, '/cart?_rsc=x']
  const called = [
    '/sitemap.xml',
    '/robots.txt',
    '/api/openapi.json',
    '/api/v1/sales',
    api,
    `${api}/live`,
    `/api/v1/orders/${id}`,
  ]
  // The first visit of a sale's page makes what all others get.
  for (const claim of claims) {
    for (const path of [...shown, ...gone, ...moved, ...called]) {
      const answer = await anyone(path, { headers: { cookie: buyer.cookie, ...claim } })
      expect(answer.status, path).toBeLessThan(500)
      expect(everything(answer), `${path} with ${JSON.stringify(claim)}`).not.toMatch(/evil\.example|6666/)
    }
  }
  const page = await anyone(`/sales/${sale.slug}`, { headers: { host: evil } })
  const address = `${settings.PUBLIC_URL}/sales/${sale.slug}`
  expect(page.text).toContain(`<link rel="canonical" href="${address}"/>`)
  expect(page.text).toContain(`<meta property="og:url" content="${address}"/>`)
})

test('attack 24: no path leads out of the shop', async ({ anyone, baseURL }) => {
  for (const path of [
    `//${evil}`,
    `//${evil}/`,
    `///${evil}/..`,
    `/\\${evil}/`,
    `/%5c${evil}/`,
    `/%2f%2f${evil}/`,
    `/cart//${evil}/`,
    `/.${evil}/`,
    `/@${evil}/`,
    `https://${evil}/`,
    `/_next/image?url=https://${evil}/x.png&w=64&q=75`,
    `/cart?next=https://${evil}/&callbackUrl=//${evil}`,
  ]) {
    const { status, headers } = await anyone(path, { headers: { host: evil } })
    expect(status, path).toBeLessThan(500)
    const { origin } = new URL(headers.location ?? '/', baseURL)
    expect(origin, `${path} leads to ${headers.location}`).toBe(baseURL)
  }
})

/** What Next, its router, or a proxy of Next says to itself; some of it in the name of the order's own page. */
const internal = (id: string, owner: Buyer): Record<string, string>[] => [
  { 'x-middleware-subrequest': 'proxy:proxy:proxy:proxy:proxy' },
  { 'x-middleware-subrequest': 'src/proxy:nowaf', 'x-middleware-subrequest-id': '1' },
  { 'x-middleware-rewrite': `/orders/${id}`, 'x-middleware-next': '1' },
  { 'x-middleware-override-headers': 'x-client-address', 'x-middleware-request-x-client-address': '::1' },
  { 'x-middleware-prefetch': '1', purpose: 'prefetch', 'sec-purpose': 'prefetch' },
  { 'x-middleware-set-cookie': 'buyer=x', 'x-middleware-cache': 'no-cache' },
  { 'x-invoke-path': `/orders/${id}`, 'x-invoke-status': '200', 'x-invoke-output': '/orders/[id]' },
  { 'x-matched-path': `/orders/${id}`, 'x-now-route-matches': `1=${id}` },
  { 'next-resume': '1', 'content-type': 'text/plain' },
  { 'x-next-resume': '1', 'x-nextjs-data': '1' },
  { 'x-prerender-revalidate': 'x', 'x-prerender-revalidate-if-generated': '1' },
  { 'x-nextjs-rewritten-path': `/orders/${id}`, 'x-nextjs-rewritten-query': `id=${id}` },
  { 'x-action-forwarded': '1', 'x-buyer-id': owner.buyerId, 'x-user-id': owner.buyerId },
  { rsc: '1' },
  { rsc: '1', 'next-router-prefetch': '1' },
  { rsc: '1', 'next-router-prefetch': '2', 'next-url': `/orders/${id}` },
  { rsc: '1', 'next-router-segment-prefetch': '/orders/$d$id/__PAGE__', 'next-router-prefetch': '1' },
  { rsc: '1', 'next-hmr-refresh': '1', 'next-router-stale-time': '9' },
]

test('attack 9: after its owner saw an order in every form, no header shows any of it to somebody else', async ({
  anyone,
  newBuyer,
  mint,
}) => {
  test.slow()
  const sale = await mint({ title: 'The Very Private Sale' })
  const [owner, stranger] = [newBuyer(), newBuyer()]
  await owner.reserve(sale, 1)
  const { id, token } = granted(await owner.order(sale), orderSchema, 201)
  const secret = new RegExp(`The Very Private Sale|${token}|${owner.token}`)
  const addresses = [
    `/orders/${id}`,
    `/orders/${id}?_rsc=abc`,
    `/orders/${id}.rsc`,
    `/orders/${id}.segments/_full.segment.rsc`,
    '/orders',
    '/cart',
    '/nothing',
    `/api/v1/orders/${id}`,
  ]
  let seen = 0
  for (const headers of internal(id, owner)) {
    for (const path of addresses) {
      const own = await fetched(anyone, path, { ...headers, cookie: owner.cookie })
      if (secret.test(own.text)) seen++
      for (const cookie of ['theme=dark', stranger.cookie]) {
        const answer = await fetched(anyone, path, { ...headers, cookie })
        expect(answer.status, path).toBeLessThan(500)
        expect(answer.text, `${path} with ${JSON.stringify(headers)}`).not.toMatch(secret)
      }
    }
  }
  expect(seen, 'the owner did see the order').toBeGreaterThan(internal(id, owner).length)
})

test('a Host that agrees with a foreign Origin changes nothing with a cookie', async ({
  anyone,
  newBuyer,
  mint,
  ctx,
  baseURL,
}) => {
  const sale = await mint()
  const buyer = newBuyer()
  await buyer.reserve(sale, 2)
  const cart = `/api/v1/sales/${sale.slug}/cart`
  const put = { method: 'PUT', json: { quantity: 1 } }
  const release = actionId('app/cart/actions.ts', 'releaseAction')
  await unchanged(ctx, sale, buyer, async () => {
    for (const claim of claims) {
      for (const scheme of ['http', 'https']) {
        const headers = { cookie: buyer.cookie, ...claim, origin: `${scheme}://${claim.host ?? evil}` }
        expectRefused(await anyone(`${cart}/items/${itemOf(sale)}`, { ...put, headers }), 'bad_origin')
        expectRefused(await anyone(cart, { method: 'DELETE', headers }), 'bad_origin')
        expectRefused(await anyone('/api/v1/session', { method: 'POST', headers }), 'bad_origin')
        const action = actionCall(release, [['slug', sale.slug]], headers)
        expectRefused(await anyone('/cart', action), 'bad_origin')
      }
    }
  })
  const headers = { cookie: buyer.cookie, host: evil, origin: baseURL ?? '' }
  const answer = await anyone(`${cart}/items/${itemOf(sale)}`, { ...put, headers })
  expect(granted(answer, cartSchema).lines).toMatchObject([{ quantity: 1 }])
})
