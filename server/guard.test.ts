import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { config } from '../lib/config'
import { problemSchema } from '../lib/contract'
import { admissionOf } from '../lib/rooms/ticket'
import { findSale } from '../lib/sales/catalog'
import type { SaleRecord } from '../lib/sales/record'
import { newBuyer } from '../lib/web/identity'
import { itemOf, mintSale, openShop, type Shop } from '../tests/shop'
import { startGuard } from './guard'

let shop: Shop
let sale: SaleRecord
let url: string
let arrived: string[] = []
const server = createServer((request, response) => {
  if (!guard.takesOn(request, response)) return
  arrived.push(`${request.method} ${request.url}`)
  request.resume().once('end', () => response.end('ok'))
})
let guard: ReturnType<typeof startGuard>

beforeAll(async () => {
  // The guard's only clock, which stands still: nothing fills up again while a test runs.
  vi.useFakeTimers({ toFake: ['performance'] })
  shop = await openShop({ CAPACITY_PER_SECOND: '10' })
  guard = startGuard(shop)
  sale = await mintSale(shop, { room: true })
  await findSale(shop, sale.slug)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await shop.close()
  vi.useRealTimers()
})

type Call = { method?: string; headers?: Record<string, string>; body?: string }

async function send(path: string, call: Call = {}) {
  const response = await fetch(url + path, call)
  return { status: response.status, headers: response.headers, text: await response.text() }
}

/** Newcomers, until they are turned away. */
async function fillUp() {
  for (let calls = 0; calls < 1_000; calls += 1) {
    if ((await send('/api/v1/session', { method: 'POST' })).status === 503) return
  }
  throw new Error('Nobody was turned away.')
}

const bearer = ({ token }: { token: string }) => ({ authorization: `Bearer ${token}` })

test('a newcomer too many is refused with its reason and when to come back, and goes no further', async () => {
  await fillUp()
  arrived = []
  const refusals = await Promise.all(
    Array.from({ length: 50 }, () => send('/api/v1/session', { method: 'POST', body: '{}' })),
  )
  const waits = new Set<number>()
  for (const { status, headers, text } of refusals.filter((each) => each.status !== 200)) {
    expect(status).toBe(503)
    expect(headers.get('content-type')).toBe('application/problem+json')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(problemSchema.parse(JSON.parse(text))).toMatchObject({ reason: 'try_again', status: 503 })
    waits.add(Number(headers.get('retry-after')))
  }
  expect(arrived.length).toBeLessThan(5)
  expect([...waits].sort(), 'a crowd comes back spread out').toEqual([1, 2, 3, 4])
})

test('before newcomers go admitted shoppers, and those with a cart or an order; live is always answered', async () => {
  const [buyer, other] = [newBuyer(shop.env.APP_SECRET), newBuyer(shop.env.APP_SECRET)]
  const admission = admissionOf(
    shop.env.APP_SECRET,
    { saleId: sale.id, buyerId: buyer.buyerId },
    Date.now() + 60_000,
  )
  const item = `/api/v1/sales/${sale.slug}/cart/items/${itemOf(sale)}`
  const reserve = (headers: Record<string, string>) => send(item, { method: 'PUT', body: '{}', headers })
  await fillUp()
  const statuses = async (calls: Promise<{ status: number }>[]) =>
    (await Promise.all(calls)).map(({ status }) => status)
  expect(
    await statuses([
      reserve({ ...bearer(buyer), admission }),
      reserve({ cookie: `buyer=${buyer.token}; admission-${sale.slug}=${admission}` }),
      send(`/api/v1/sales/${sale.slug}/cart`, { headers: bearer(other) }),
      send(`/api/v1/sales/${sale.slug}/orders`, { method: 'POST', headers: bearer(other) }),
      send('/api/v1/orders/ord_1/payments', { method: 'POST', headers: bearer(other) }),
      send('/_next/static/chunks/a.js', { headers: { cookie: `buyer=${other.token}` } }),
      send(`/api/v1/sales/${sale.slug}/live`),
      send('/livez'),
    ]),
  ).toEqual(Array(8).fill(200))
  await fillUp()
  expect(
    await statuses([
      reserve(bearer(buyer)),
      reserve({ ...bearer(other), admission }),
      reserve({ ...bearer(buyer), admission: `${admission}x` }),
      send(`/api/v1/sales/${sale.slug}/cart`, { headers: { authorization: `Bearer ${other.buyerId}.x` } }),
      send(`/api/v1/sales/${sale.slug}/room`, { method: 'POST', headers: bearer(other) }),
      send('/cart'),
    ]),
  ).toEqual(Array(6).fill(503))
})

test('a browser gets a page that comes back by itself, one that sent a form is told that nothing was sent', async () => {
  await fillUp()
  const html = { accept: 'text/html,*/*' }
  const page = await send(`/sales/${sale.slug}`, { headers: html })
  expect(page.status).toBe(503)
  expect(page.headers.get('content-type')).toContain('text/html')
  expect(page.text).toContain(`http-equiv="refresh" content="${page.headers.get('retry-after')}"`)
  const form = await send(`/sales/${sale.slug}`, { method: 'POST', headers: html })
  expect(form.text).toContain('Go back with your browser')
  expect(form.text).not.toContain('http-equiv="refresh"')
  const part = await send(`/sales/${sale.slug}`, { headers: { ...html, rsc: '1' } })
  expect(part.headers.get('content-type')).toBe('application/problem+json')
})

test('29: bodies that are dripped use up nothing of what is in flight', async () => {
  const before = guard.inFlight()
  const buyer = newBuyer(shop.env.APP_SECRET)
  const { port } = new URL(url)
  arrived = []
  const drips = Array.from({ length: 5 }, () => {
    const socket = connect(Number(port), '127.0.0.1')
    const head = `POST /api/v1/sales/${sale.slug}/orders HTTP/1.1\r\nHost: localhost\r\n`
    socket.write(`${head}Authorization: Bearer ${buyer.token}\r\nContent-Length: 100\r\n\r\n{`)
    return socket
  })
  await expect.poll(() => arrived.length).toBe(5)
  expect(guard.inFlight()).toBe(before)
  for (const socket of drips) socket.destroy()
})

test('a body that is too large for the shop is not waited for', async () => {
  await fillUp()
  const body = 'x'.repeat(config.http.bodyLimitBytes + 1)
  const { status, headers } = await send('/api/v1/session', { method: 'POST', body })
  expect(status).toBe(503)
  expect(headers.get('connection')).toBe('close')
})
