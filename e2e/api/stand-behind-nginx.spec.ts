import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { cartSchema, liveSchema, orderSchema, paymentSchema } from '../../lib/contract'
import { newBuyer } from '../../lib/web/identity'
import { limits } from '../../lib/web/limits'
import { hold } from '../../tests/purchase'
import { buyerOf, expectRefused, granted, test } from '../rig/api'
import { type Answer, call } from '../rig/call'
import { type Edge, startEdge } from '../rig/edge'
import { blockedScripts, inlineScriptsOf } from '../rig/policy'
import { listProcesses, type Started } from '../rig/processes'
import { expect } from '../rig/test'

// One pair of servers for all of them; each has an address of its own, and so limits of its own.
test.describe.configure({ mode: 'default' })
test.skip(process.platform !== 'linux', 'needs many loopback addresses, which only Linux has')

const burst = 300
let edge: Edge

test.beforeAll(async () => {
  test.setTimeout(180_000)
  edge = await startEdge('nginx', {
    REQUESTS_PER_SECOND: '1',
    REQUEST_BURST: String(burst),
    SLOW_CLIENT_SECONDS: '2',
  })
})
test.afterAll(() => edge?.stop())

const cacheOf = ({ headers }: Answer) => headers['x-cache']

/** All at once, but never more than one connection may have under way over HTTP/2. */
async function many<T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> {
  const done: T[] = []
  while (done.length < count) {
    const wave = Array.from({ length: Math.min(60, count - done.length) }, (_, index) => done.length + index)
    done.push(...(await Promise.all(wave.map(make))))
  }
  return done
}

test('a whole purchase over HTTPS and HTTP/2: no cache keeps it, and no log tells whose it was', async ({
  mint,
}) => {
  const sale = await mint({ allocation: 5 })
  const [mine, others] = [edge.connect('127.0.0.2'), edge.connect('127.0.0.3')]
  const opened = await mine('/api/v1/session', { method: 'POST' })
  expect(opened.headers['strict-transport-security']).toContain('max-age=')
  expect(opened.cookies).toEqual([expect.stringMatching(/^buyer=.*; HttpOnly; SameSite=Lax; Secure$/)])
  const session = opened.json as { buyerId: string; token: string }
  const buyer = buyerOf(mine, session)
  granted(await buyer.reserve(sale, 2), cartSchema)
  expect(granted(await buyer.cart(sale), cartSchema).lines).toMatchObject([{ quantity: 2 }])

  const cookies = { cookie: buyer.cookie }
  const other = buyerOf(others, (await others('/api/v1/session', { method: 'POST' })).json as typeof session)
  granted(await other.reserve(sale, 1), cartSchema)
  expect(granted(await other.cart(sale), cartSchema).lines).toMatchObject([{ quantity: 1 }])
  expect((await mine('/cart', { headers: cookies })).text).toContain(sale.title)
  const stranger = await others('/cart')
  expect(stranger.text).not.toContain(sale.title)
  expect({ ...stranger.headers, cache: cacheOf(stranger) }).toMatchObject({
    'cache-control': expect.stringContaining('private'),
    cache: undefined,
  })

  const order = granted(await buyer.order(sale), orderSchema, 201)
  granted(await buyer.pay(order.id), paymentSchema)
  await expect.poll(async () => (await buyer.read(order.id)).json).toMatchObject({ state: 'paid' })
  const byToken = await others(`/api/v1/orders/${order.id}?t=${order.token}`)
  expect(byToken).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } })
  expect(cacheOf(byToken)).toBeUndefined()
  expectRefused(await other.read(order.id), 'not_found')

  const log = () => readFileSync(edge.accessLog, 'utf8')
  await expect.poll(log).toContain('"path":"/api/v1/orders/:id/payments"')
  for (const line of log().trim().split('\n'))
    expect(JSON.parse(line)).toMatchObject({ status: expect.any(Number) })
  for (const personal of [order.id, order.token, session.token, '127.0.0.2'])
    expect(log()).not.toContain(personal)
})

test('a crowd that asks for a new page at once makes the shop answer it once', async ({ mint }) => {
  const sale = await mint()
  const send = edge.connect('127.0.0.4')
  const path = `/sales/${sale.slug}`
  const answers = await many(60, (index) =>
    send(`${path}?utm=${index}`, { headers: { cookie: `buyer=${index}` } }),
  )
  expect(answers.filter((answer) => cacheOf(answer) === 'MISS')).toHaveLength(1)
  expect(answers.filter((answer) => cacheOf(answer) === 'HIT')).toHaveLength(59)
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
  expect(answers[0]?.text).toContain(sale.title)

  const asksForPart = {
    headers: { rsc: '1', 'next-router-prefetch': '1', 'next-router-segment-prefetch': '/_tree' },
  }
  const { status, headers } = await send(path, asksForPart)
  expect(status, 'Next names the address of this variant').toBe(307)
  const variant = await send(String(headers.location), asksForPart)
  expect(variant.headers['content-type']).toContain('text/x-component')
  const zipped = await send(path, { headers: { 'accept-encoding': 'gzip, br' } })
  expect(zipped.headers['content-encoding']).toBe('gzip')
  const again = await send(path)
  expect(again.text, 'other variants leave the page alone').toBe(answers[0]?.text)
  expect([cacheOf(variant), cacheOf(zipped), cacheOf(again)]).toEqual(['MISS', 'MISS', 'HIT'])
})

test('what is left of a sale comes from the cache, and follows the stock', async ({ mint, ctx }) => {
  const sale = await mint({ allocation: 9 })
  const send = edge.connect('127.0.0.5')
  for (const path of ['/api/v1/sales', `/api/v1/sales/${sale.slug}`, `/api/v1/sales/${sale.slug}/live`]) {
    await expect.poll(async () => cacheOf(await send(path)), { intervals: [50] }).toBe('HIT')
  }
  await hold(ctx, sale, { quantity: 4 })
  const left = async () =>
    granted(await send(`/api/v1/sales/${sale.slug}/live`), liveSchema).items.map((item) => item.available)
  await expect.poll(left).toEqual([5])
})

test('attack 10: limits count the address a request came from, whatever it claims', async () => {
  const [crowd, victim] = [edge.connect('127.0.0.6'), edge.connect('127.0.0.7')]
  const open = { method: 'POST' }
  // Each of the two servers counts these by itself.
  const calls = 2 * limits.session.perNetwork.burst + 120
  expect(calls).toBeLessThan(burst)
  const answers = await many(calls, (index) =>
    crowd('/api/v1/session', { ...open, headers: { 'x-forwarded-for': `127.0.0.7, 198.51.100.${index}` } }),
  )
  const refused = answers.filter(({ status }) => status !== 200)
  expect(refused.length, 'another address in each call gains nothing').toBeGreaterThan(0)
  for (const answer of refused) expectRefused(answer, 'too_many_requests')
  const headers = { 'x-forwarded-for': '127.0.0.6' }
  expect((await victim('/api/v1/session', { ...open, headers })).status, 'and costs nobody else').toBe(200)
})

test('nginx refuses what comes too fast, from that address alone', async () => {
  const [flood, calm] = [edge.connect('127.0.0.8'), edge.connect('127.0.0.9')]
  const answers = await many(2 * burst, () => flood('/api/v1/sales'))
  const refused = answers.filter(({ status }) => status !== 200)
  expect(refused.length).toBeGreaterThan(0)
  expect(answers.length - refused.length).toBeGreaterThan(burst)
  for (const answer of refused) expectRefused(answer, 'too_many_requests')
  expect((await calm('/api/v1/sales')).status).toBe(200)
})

test('attack 29: who drips a request, or stops in the middle of a body, is cut off', async () => {
  test.setTimeout(30_000)
  const dripping = async (begun: string, drop: string) => {
    const { port } = new URL(edge.url)
    const socket = connectTls({
      host: '127.0.0.1',
      port: Number(port),
      servername: 'localhost',
      ca: edge.certificate,
    })
    await once(socket, 'secureConnect')
    let said = ''
    socket.on('data', (data) => (said += data)).on('error', () => {})
    socket.write(begun)
    const drip = setInterval(() => socket.write(drop), 200)
    await new Promise((cutOff) => socket.once('close', cutOff))
    clearInterval(drip)
    return said
  }
  const head = 'HTTP/1.1\r\nHost: localhost\r\n'
  const [header, body] = await Promise.all([
    dripping(`GET /livez ${head}X-Slow: `, 'x'),
    dripping(`POST /api/v1/session ${head}Content-Length: 100\r\n\r\n{`, ''),
  ])
  expect(header, 'the shop never heard of it').not.toContain('200 OK')
  expect(body).not.toContain('200 OK')
})

test('only the shop’s own name is answered, and only over TLS', async () => {
  const send = edge.connect('127.0.0.11')
  expect((await send('/', { headers: { ':authority': 'evil.example' } })).status).toBe(421)
  const plain = await call(edge.plainUrl.replace('localhost', '127.0.0.1'), '/cart?a=1', {
    headers: { host: 'evil.example' },
  })
  expect(plain).toMatchObject({ status: 308, headers: { location: `${edge.url}/cart?a=1` } })
})

test('a page that is kept carries the policy of its own bytes', async ({ mint }) => {
  const sale = await mint()
  const send = edge.connect('127.0.0.13')
  const path = `/sales/${sale.slug}`
  for (const cache of ['MISS', 'HIT']) {
    const page = await send(path)
    expect({ status: page.status, cache: cacheOf(page) }).toEqual({ status: 200, cache })
    expect(inlineScriptsOf(page.text).length).toBeGreaterThan(1)
    expect(blockedScripts(page.text, page.headers['content-security-policy'] ?? '')).toEqual([])
    const again = await send(path, { headers: { 'if-none-match': page.headers.etag ?? '' } })
    expect(again.status, 'the browser keeps its page, under the policy that it has or is told again').toBe(
      304,
    )
    const told = again.headers['content-security-policy'] ?? page.headers['content-security-policy']
    expect(told).toBe(page.headers['content-security-policy'])
  }
})

test('what is for everybody comes from the cache alone: pages, lists, pictures', async ({ mint }) => {
  const sale = await mint()
  const send = edge.connect('127.0.0.14')
  const paths = ['/', '/sales', `/sales/${sale.slug}`, `/products/${sale.items[0]?.handle}`]
  for (const path of [...paths, '/images/products/mug.svg']) {
    for (const encoding of ['identity', 'gzip']) {
      const headers = { 'accept-encoding': encoding }
      const first = await send(path, { headers })
      expect(first.status, path).toBe(200)
      const again = await send(`${path}?from=mail`, {
        headers: { ...headers, cookie: 'buyer=x; theme=dark' },
      })
      expect({ path, cache: cacheOf(again) }).toEqual({
        path,
        cache: expect.stringMatching(/^(HIT|STALE|UPDATING)$/),
      })
      expect(again.cookies).toEqual([])
    }
  }
  const asked = () =>
    readFileSync(edge.accessLog, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { path: string; cache: string; upstream: string })
  await expect.poll(() => asked().filter(({ cache }) => cache === 'HIT').length).toBeGreaterThan(5)
  for (const { cache, upstream } of asked())
    if (cache === 'HIT') expect(upstream, 'no server was asked for a hit').toBe('')
})

test('fault 35: servers that restart one after the other, under load, fail no request and lose no cart', async ({
  mint,
  settings,
}) => {
  test.setTimeout(120_000)
  const sale = await mint({ allocation: 400 })
  const buyers = Array.from({ length: 24 }, (_, index) =>
    buyerOf(edge.connect(`127.0.1.${index + 1}`), newBuyer(settings.APP_SECRET)),
  )
  let isOver = false
  const failed: unknown[] = []
  const counts = { GET: 0, PUT: 0, POST: 0 }
  const load = buyers.map(async (buyer) => {
    for (let turn = 1; !isOver; turn++) {
      const calls = [
        ['PUT', await buyer.reserve(sale, 1 + (turn % 2))],
        ['GET', await buyer.cart(sale)],
        ['GET', await buyer.send('GET', `/sales/${sale.slug}/live`)],
        ['POST', await buyer.send('POST', '/session')],
      ] as const
      for (const [method, { status, text }] of calls) {
        counts[method]++
        // The limits of one buyer are no failure.
        if (status !== 200 && status !== 429) failed.push({ method, status, text })
      }
      await sleep(600)
    }
  })
  for (const index of [0, 1]) await edge.restart(index)
  isOver = true
  await Promise.all(load)
  expect(failed).toEqual([])
  for (const count of Object.values(counts)) expect(count).toBeGreaterThan(20)
  for (const buyer of buyers) expect(granted(await buyer.cart(sale), cartSchema).lines).toHaveLength(1)
})

test('when a server is killed, every later request is answered by the other', async ({ mint, settings }) => {
  const sale = await mint({ allocation: 50 })
  const send = edge.connect('127.0.0.12')
  const { child, log } = edge.servers[0] as Started
  // Both have been asked, so that nginx keeps connections to the one that dies.
  await many(20, () => send('/livez'))
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
  // Its processes follow, once they have answered what they had begun.
  await expect.poll(() => listProcesses(log), { intervals: [20] }).toEqual([])
  const orders = await many(8, async () => {
    const buyer = buyerOf(send, newBuyer(settings.APP_SECRET))
    granted(await buyer.reserve(sale, 1), cartSchema)
    const order = granted(await buyer.order(sale), orderSchema, 201)
    granted(await buyer.pay(order.id), paymentSchema)
    return granted(await buyer.read(order.id), orderSchema)
  })
  expect(new Set(orders.flatMap(({ units }) => units)).size).toBe(8)
  expect((await send('/cart')).status).toBe(200)
})
