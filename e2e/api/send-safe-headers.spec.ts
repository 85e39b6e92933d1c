import { randomUUID } from 'node:crypto'
import type { SaleRecord } from '../../lib/sales/record'
import { type Buyer, test } from '../rig/api'
import type { Answer } from '../rig/call'
import { hiddenFields, post } from '../rig/forms'
import { blockedScripts, inlineScriptsOf, sourcesOf } from '../rig/policy'
import { expect } from '../rig/test'

const common = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'x-frame-options': 'DENY',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  'cross-origin-opener-policy': 'same-origin',
}

/** A page that runs exactly the scripts it was sent with, and none that anybody adds. */
function expectSafePage({ headers, text }: Answer) {
  const policy = headers['content-security-policy'] ?? ''
  expect(headers).toMatchObject(common)
  expect(inlineScriptsOf(text).length, 'Next hands data over in scripts').toBeGreaterThan(1)
  expect(blockedScripts(text, policy)).toEqual([])
  const scripts = sourcesOf(policy, 'script-src')
  expect(scripts.filter((source) => !source.startsWith("'sha256-"))).toEqual(["'self'"])
  expect(sourcesOf(policy, 'style-src')).toEqual(["'self'"])
  for (const directive of ['default-src', 'connect-src', 'font-src', 'base-uri', 'form-action'])
    expect(sourcesOf(policy, directive), directive).toEqual(["'self'"])
  for (const directive of ['object-src', 'frame-src', 'frame-ancestors'])
    expect(sourcesOf(policy, directive), directive).toEqual(["'none'"])
}

function expectSafeData({ headers }: Answer) {
  expect(headers).toMatchObject(common)
  const policy = headers['content-security-policy'] ?? ''
  expect(sourcesOf(policy, 'default-src')).toEqual(["'none'"])
  expect(policy).not.toMatch(/script-src|unsafe/)
}

type Visit = { status: number; path: (sale: SaleRecord, orderId: string) => string }
const visits: Record<string, Visit> = {
  'the shop window': { status: 200, path: () => '/' },
  'a sale': { status: 200, path: ({ slug }) => `/sales/${slug}` },
  'all sales': { status: 200, path: () => '/sales' },
  'a product': { status: 200, path: ({ items }) => `/products/${items[0]?.handle}` },
  'a product that does not exist': { status: 404, path: () => `/products/none-${randomUUID().slice(0, 8)}` },
  'a sale that does not exist': { status: 404, path: () => `/sales/none-${randomUUID().slice(0, 8)}` },
  'the cart': { status: 200, path: () => '/cart' },
  'the checkout': { status: 200, path: ({ slug }) => `/checkout?sale=${slug}` },
  'an order': { status: 200, path: (_, orderId) => `/orders/${orderId}` },
  'an order of nobody': { status: 404, path: () => '/orders/ord_none' },
  'a page that is not there': { status: 404, path: () => '/nothing/here' },
}

async function prepare(buyer: Buyer, sale: SaleRecord, other: SaleRecord): Promise<string> {
  await buyer.reserve(sale, 1)
  await buyer.reserve(other, 1)
  const { json } = await buyer.order(other)
  return (json as { id: string }).id
}

for (const [name, { status, path }] of Object.entries(visits)) {
  test(`${name}: its policy allows its own scripts by their hashes, and no others`, async ({
    newBuyer,
    mint,
    anyone,
  }) => {
    const buyer = newBuyer()
    const [sale, other] = await Promise.all([mint(), mint()])
    const orderId = await prepare(buyer, sale, other)
    const headers = { cookie: buyer.cookie }
    const first = await anyone(path(sale, orderId), { headers })
    expect(first.status).toBe(status)
    expectSafePage(first)
    expectSafePage(await anyone(path(sale, orderId), { headers }))
  })
}

test('the answer to a form carries what was answered, in a script that its policy allows', async ({
  newBuyer,
  mint,
  anyone,
  settings,
}) => {
  const { slug } = await mint()
  const path = `/sales/${slug}`
  const fields = [...hiddenFields(await anyone(path), 'Add to cart'), ['quantity', '1'] as const]
  const headers = { origin: settings.PUBLIC_URL, cookie: newBuyer().cookie }
  const answer = await anyone(path, post(fields, headers))
  expect(answer.status).toBe(200)
  expect(inlineScriptsOf(answer.text).some((script) => script.includes('push([2,[{"ok":true'))).toBe(true)
  expectSafePage(answer)
})

test('no request can name a nonce for the scripts of a page', async ({ anyone, newBuyer }) => {
  const nonce = 'Z3Vlc3NlZA=='
  const headers = { 'content-security-policy': `script-src 'nonce-${nonce}'`, cookie: newBuyer().cookie }
  const answer = await anyone('/cart', { headers })
  expectSafePage(answer)
  expect(answer.text + JSON.stringify(answer.headers)).not.toContain(nonce)
})

test('a page that has not changed is answered without a policy, so that the stored one stays', async ({
  anyone,
}) => {
  const { headers } = await anyone('/nothing/here')
  const again = await anyone('/nothing/here', { headers: { 'if-none-match': headers.etag ?? '' } })
  expect(again.status).toBe(304)
  expect(again.headers).toMatchObject(common)
  expect(again.headers).not.toHaveProperty('content-security-policy')
  const head = await anyone('/nothing/here', { method: 'HEAD' })
  expect(head.status).toBe(404)
  expect(head.headers).not.toHaveProperty('content-security-policy')
})

test('a compressed page is the same page with the same policy', async ({ baseURL, mint }) => {
  const { slug } = await mint()
  // `fetch` unpacks by itself, so what was sent is read from the length.
  const plain = await fetch(`${baseURL}/sales/${slug}`, { headers: { 'accept-encoding': 'identity' } })
  const packed = await fetch(`${baseURL}/sales/${slug}`, { headers: { 'accept-encoding': 'gzip' } })
  expect(plain.headers.get('content-encoding')).toBeNull()
  expect(packed.headers.get('content-encoding')).toBe('gzip')
  expect(packed.headers.get('vary')).toMatch(/accept-encoding/i)
  const [text, unpacked] = await Promise.all([plain.text(), packed.text()])
  expect(unpacked).toBe(text)
  expect(Number(packed.headers.get('content-length'))).toBeLessThan(text.length / 2)
  expect(blockedScripts(unpacked, packed.headers.get('content-security-policy') ?? '')).toEqual([])
})

test('what is no page may load and run nothing: API, probes, errors, redirects, files', async ({
  anyone,
  newBuyer,
  mint,
}) => {
  const sale = await mint()
  const form = { 'content-type': 'multipart/form-data; boundary=x' }
  const answers: [number, Promise<Answer>][] = [
    [200, anyone('/api/v1/sales')],
    [404, anyone('/api/v1/nothing')],
    [200, anyone('/api/openapi.json')],
    [200, newBuyer().reserve(sale, 1)],
    [400, newBuyer().reserve(sale, 'x')],
    [401, anyone(`/api/v1/sales/${sale.slug}/cart`)],
    [200, anyone('/livez')],
    [200, anyone('/icon.svg')],
    [308, anyone('/cart/')],
    [404, anyone('/%E0%A4%A')],
    [405, anyone('/', { method: 'TRACE' })],
    [415, anyone('/', { method: 'POST', body: 'x' })],
    [403, anyone('/', { method: 'POST', body: '', headers: { ...form, origin: 'http://evil.example' } })],
    [404, anyone('/_next/static/none.js')],
  ]
  for (const [status, sent] of answers) {
    const answer = await sent
    expect(answer.status, answer.text.slice(0, 200)).toBe(status)
    const isPage = answer.headers['content-type']?.startsWith('text/html')
    ;(isPage ? expectSafePage : expectSafeData)(answer)
  }
})
