import type { IncomingMessage, ServerResponse } from 'node:http'
import type { NginxSettings } from '../../scripts/nginx/render'
import { choosePort } from '../../scripts/stores/ports'
import { expectRefused } from '../rig/api'
import type { Send } from '../rig/call'
import { nginxFolder } from '../rig/edge'
import { startNginx } from '../rig/nginx'
import { type StandIn, startStandIn } from '../rig/stand-in'
import { test as base, expect } from '../rig/test'

/** nginx before stand-ins of the shop's servers, which count what reaches them. */
type Front = { send: Send; shops: StandIn[]; asked(): IncomingMessage[] }
type Answer = (request: IncomingMessage, response: ServerResponse) => void
type Fixtures = { put: (answer: Answer, settings?: NginxSettings) => Promise<Front> }

const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from the pattern.
  async put({}, use, { testId }) {
    const started: { stop(): unknown }[] = []
    await use(async (answer, settings) => {
      const shops = [await startStandIn(answer), await startStandIn(answer)]
      started.push(...shops)
      const nginx = await startNginx(nginxFolder(testId), {
        PUBLIC_URL: `https://localhost:${await choosePort()}`,
        APP_SERVERS: shops.map(({ address }) => address).join(),
        ...settings,
      })
      started.unshift(nginx)
      return { send: nginx.connect(), shops, asked: () => shops.flatMap(({ requests }) => requests) }
    })
    for (const each of started) await each.stop()
  },
})

const page = '/sales/mug'
const live = '/api/v1/sales/mug/live'
const forAnHour = { 'cache-control': 's-maxage=3600' }

test('one request of a crowd reaches the shop, with nothing in it that could be somebody’s own', async ({
  put,
}) => {
  const front = await put((_, response) => response.writeHead(200, forAnHour).end('for all'))
  const headers = {
    cookie: 'buyer=me',
    'x-forwarded-for': '198.51.100.7',
    'x-forwarded-host': 'evil.example',
    forwarded: 'for=198.51.100.7',
    'x-middleware-subrequest': 'proxy:proxy:proxy',
    'next-resume': '1',
    'accept-language': 'de',
    'user-agent': 'mine',
  }
  const answers = await Promise.all(Array.from({ length: 50 }, () => front.send(`${page}?t=1`, { headers })))
  expect(new Set(answers.map(({ text }) => text))).toEqual(new Set(['for all']))
  expect(front.asked()).toHaveLength(1)
  const [asked] = front.asked()
  const host = asked?.headers.host
  expect(host).toMatch(/^localhost:\d+$/)
  expect({ path: asked?.url, headers: asked?.headers }).toEqual({
    path: page,
    headers: { host, 'x-forwarded-host': host, 'x-forwarded-proto': 'https', 'x-forwarded-for': '127.0.0.1' },
  })
})

test('what is handed on for one person is whole, but for what only a proxy or Next may say', async ({
  put,
}) => {
  const front = await put((_, response) => response.end('mine'))
  const own = {
    cookie: 'buyer=me',
    origin: 'https://localhost',
    'if-match': '"3"',
    'idempotency-key': 'key-00000001',
  }
  const forged = {
    'x-forwarded-for': '198.51.100.7',
    'x-forwarded-proto': 'http',
    'x-forwarded-host': 'evil.example',
    'x-middleware-subrequest': 'proxy',
    'x-middleware-rewrite': '/evil',
    'next-resume': '1',
  }
  const path = '/api/v1/sales/mug/cart/items/x%2Fy//z?a=%20b'
  await front.send(path, { method: 'PUT', headers: { ...own, ...forged }, json: { quantity: 1 } })
  const [asked] = front.asked()
  const host = asked?.headers.host
  expect(asked?.url).toBe(path)
  expect(asked?.headers).toEqual({
    ...own,
    host,
    'x-forwarded-host': host,
    'x-forwarded-proto': 'https',
    'x-forwarded-for': '127.0.0.1',
    'content-type': 'application/json',
    'content-length': '14',
  })
})

test('attack 28: nothing is kept of answers with a cookie, private ones, or for those who say who they are', async ({
  put,
}) => {
  let headers: Record<string, string> = {}
  const front = await put((_, response) => response.writeHead(200, headers).end('x'))
  const asksTwice = async (path: string, says: Record<string, string>, call: Parameters<Send>[1] = {}) => {
    headers = says
    const before = front.asked().length
    await front.send(path, call)
    await front.send(path, call)
    return front.asked().length - before
  }
  for (const path of ['/', '/sales', page, '/products/mug', '/api/v1/sales', '/api/v1/sales/mug', live]) {
    expect(await asksTwice(`${path}`, { ...forAnHour, 'set-cookie': 'buyer=x' })).toBe(2)
    for (const control of ['private, s-maxage=3600', 'no-store', 'no-cache', 'public, max-age=0', '']) {
      expect(await asksTwice(path, control ? { 'cache-control': control } : {}), control).toBe(2)
    }
    expect(await asksTwice(path, forAnHour, { headers: { authorization: 'Bearer x' } })).toBe(2)
    expect(await asksTwice(path, forAnHour, { method: 'POST' })).toBe(2)
    // What is left of a sale is kept until the second is over, which may be between the two.
    const asked = () => asksTwice(path, forAnHour)
    await expect.poll(asked, { message: 'and what is for all is kept', intervals: [10] }).toBeLessThan(2)
    expect(await asksTwice(path, forAnHour, { headers: { authorization: 'Bearer x' } }), 'for others').toBe(2)
  }
  for (const path of [
    '/cart',
    '/checkout',
    '/orders/ord_1',
    '/api/v1/orders/ord_1',
    '/api/v1/sales/mug/cart',
  ]) {
    expect(await asksTwice(path, forAnHour), path).toBe(2)
  }
})

test('each variant that Next makes of a page is kept for itself, and so is each spelling of a path', async ({
  put,
}) => {
  const front = await put((request, response) => {
    const { rsc = '', 'next-url': from = '', 'accept-encoding': encoding = '' } = request.headers
    const router = ['prefetch', 'segment-prefetch', 'state-tree'].map(
      (name) => request.headers[`next-router-${name}`],
    )
    response
      .writeHead(200, { ...forAnHour, vary: 'rsc' })
      .end([request.url, rsc, from, encoding, router].join('|'))
  })
  const variants: [string, Record<string, string>][] = [
    [page, {}],
    [page, { 'accept-encoding': 'br, gzip' }],
    [page, { rsc: '1' }],
    [`${page}?_rsc=abc`, { rsc: '1' }],
    [`${page}?_rsc`, { rsc: '1' }],
    [page, { rsc: '1', 'next-url': '/' }],
    [page, { rsc: '1', 'next-router-prefetch': '1' }],
    [page, { rsc: '1', 'next-router-prefetch': '2' }],
    [page, { rsc: '1', 'next-router-segment-prefetch': '/_tree' }],
    [page, { rsc: '1', 'next-router-state-tree': '%5B%22%22%5D' }],
    ['/sales/mu%67', {}],
    ['/sales//mug', {}],
  ]
  const first = []
  for (const [path, headers] of variants) first.push((await front.send(path, { headers })).text)
  expect(new Set(first).size).toBe(variants.length)
  for (const [index, [path, headers]] of variants.entries()) {
    const { text, headers: said } = await front.send(path, { headers })
    expect({ text, cache: said['x-cache'] }).toEqual({ text: first[index], cache: 'HIT' })
  }
})

test('attack 28: whoever is no router gets the page, and no query or header makes a second one of it', async ({
  put,
}) => {
  const front = await put((_, response) => response.writeHead(200, forAnHour).end('page'))
  const said = [
    ['rsc', '0'],
    ['rsc', 'true'],
    ['next-router-prefetch', '1'],
    ['next-router-segment-prefetch', '/_tree'],
    ['next-router-state-tree', 'x'],
    ['next-url', '/cart'],
    ['accept-language', 'de'],
    ['user-agent', 'x'],
    ['cookie', 'buyer=me'],
    ['x-forwarded-host', 'evil.example'],
    ['x-forwarded-scheme', 'http'],
    ['x-original-url', '/cart'],
    ['x-http-method-override', 'POST'],
  ] as const
  for (const [index, [name, value]] of said.entries()) {
    for (const query of ['', `?_rsc=${index}`, `?utm=${index}&_rsc`, `?x=${name}`, '?__nextLocale=de']) {
      const { text } = await front.send(page + query, { headers: { [name]: value } })
      expect(text).toBe('page')
    }
  }
  expect(front.asked()).toHaveLength(1)
  for (const odd of ['3', 'x y', 'x'.repeat(600)]) {
    const headers = { rsc: '1', 'next-router-prefetch': odd, 'next-router-segment-prefetch': odd }
    await front.send(page, { headers })
  }
  expect(front.asked(), 'what no router sends is not told on').toHaveLength(2)
})

test('what is kept of a sale is gone when its second is over', async ({ put }) => {
  let count = 0
  const front = await put((_, response) => {
    response.writeHead(200, { 'cache-control': 's-maxage=3600, stale-while-revalidate=3600' })
    response.end(String(count++))
  })
  const seen = new Map<string, Set<string>>()
  await expect
    .poll(
      async () => {
        const { text, headers } = await front.send(live)
        const second = String(headers.date)
        seen.set(text, (seen.get(text) ?? new Set()).add(second))
        return seen.size
      },
      { intervals: [100] },
    )
    .toBeGreaterThan(3)
  for (const [text, seconds] of seen) expect([...seconds], text).toHaveLength(1)
  expect(front.asked().length, 'and within it the shop is asked once').toBeLessThanOrEqual(seen.size)
})

test('a page that is made anew comes with its own policy and mark, never with those of the one before', async ({
  put,
}) => {
  let version = 0
  const front = await put((_, response) => {
    version++
    response.writeHead(200, {
      'cache-control': 's-maxage=1, stale-while-revalidate=60',
      'content-security-policy': `script-src 'sha256-${version}'`,
      etag: `"${version}"`,
    })
    response.end(String(version))
  })
  const seen = new Set<string>()
  await expect
    .poll(
      async () => {
        const { text, headers } = await front.send(page, { headers: { 'if-none-match': '"1"' } })
        // Empty: the browser has the first one, and its policy.
        if (text === '') return seen.size
        expect(headers).toMatchObject({
          'content-security-policy': `script-src 'sha256-${text}'`,
          etag: `"${text}"`,
        })
        return seen.add(text).size
      },
      { intervals: [50] },
    )
    .toBe(2)
})

test('connections to the shop are kept and used again', async ({ put }) => {
  const front = await put((_, response) => response.end('mine'))
  for (let i = 0; i < 20; i++) await front.send('/cart')
  const sockets = new Set(front.asked().map(({ socket }) => socket))
  expect(front.asked()).toHaveLength(20)
  expect(sockets.size).toBeLessThanOrEqual(2)
})

test('a server that hangs holds nobody up for long, and is then left out', async ({ put }) => {
  const hung: ServerResponse[] = []
  const front = await put((request, response) => {
    if (request.socket.localPort === Number(front.shops[0]?.address.split(':')[1])) hung.push(response)
    else response.writeHead(200, { 'cache-control': 'no-store' }).end('here')
  })
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, index) => front.send(`/api/v1/sales/mug-${index}`)),
  )
  expect(new Set(answers.map(({ text }) => text))).toEqual(new Set(['here']))
  expect(hung.length).toBeGreaterThanOrEqual(3)
  const before = hung.length
  for (let i = 0; i < 10; i++) expect((await front.send(live)).text).toBe('here')
  expect(hung.length - before, 'three failures were enough').toBe(0)
})

test('a 503 is an answer: another server is not asked for it, and the one that gave it stays in', async ({
  put,
}) => {
  const front = await put((_, response) => response.writeHead(503, { 'retry-after': '7' }).end('busy'))
  for (let i = 0; i < 10; i++) {
    const { status, text, headers } = await front.send('/cart')
    expect({ status, text, wait: headers['retry-after'] }).toEqual({ status: 503, text: 'busy', wait: '7' })
  }
  expect(front.shops.map(({ requests }) => requests.length)).toEqual([5, 5])
})

test('while the shop is away its pages stay, but nobody is told an old stock', async ({ put }) => {
  let isAway = false
  const control = { 'cache-control': 'public, s-maxage=1, stale-while-revalidate=1' }
  const front = await put((request, response) => {
    if (isAway) request.socket.destroy()
    else response.writeHead(200, control).end('here')
  })
  expect((await front.send(page)).text).toBe('here')
  expect((await front.send(live)).text).toBe('here')
  isAway = true
  await expect.poll(async () => (await front.send(live)).status, { intervals: [100] }).toBe(503)
  expectRefused(await front.send(live), 'try_again')
  const kept = async () => {
    const { text, headers } = await front.send(page)
    expect(text).toBe('here')
    return headers['x-cache']
  }
  await expect.poll(kept, { intervals: [100] }).toMatch(/STALE|UPDATING/)
  isAway = false
  await expect.poll(async () => (await front.send(live)).text, { intervals: [100] }).toBe('here')
})

test('a POST that a server broke off is not sent to another; what is safe to repeat is', async ({ put }) => {
  const front = await put((request) => request.socket.destroy())
  expectRefused(await front.send('/api/v1/orders/ord_1/payments', { method: 'POST', json: {} }), 'try_again')
  expect(front.asked()).toHaveLength(1)
  expectRefused(
    await front.send('/api/v1/sales/mug/cart/items/itm_1', { method: 'PUT', json: {} }),
    'try_again',
  )
  expect(front.shops.map(({ requests }) => requests.filter(({ method }) => method === 'PUT').length)).toEqual(
    [1, 1],
  )
})

test('a POST that reached nobody is sent to the server that is there', async ({ put }) => {
  const front = await put((_, response) => response.end('done'))
  front.shops[0]?.stop()
  for (const _ of [1, 2, 3, 4]) {
    expect((await front.send('/api/v1/session', { method: 'POST' })).text).toBe('done')
  }
  expect(front.shops[1]?.requests).toHaveLength(4)
})

test('a body that is too large never reaches the shop', async ({ put }) => {
  const front = await put((_, response) => response.end('read'))
  const post = (size: number) => front.send('/api/v1/session', { method: 'POST', body: 'x'.repeat(size) })
  expectRefused(await post(64 * 1024 + 1), 'too_large')
  expect(front.asked()).toHaveLength(0)
  expect((await post(64 * 1024)).text).toBe('read')
})

test('one network has only so many requests under way', async ({ put }) => {
  const waiting: ServerResponse[] = []
  const front = await put((_, response) => waiting.push(response), { CONNECTIONS_PER_NETWORK: '3' })
  const allowed = [1, 2, 3].map(() => front.send('/cart'))
  await expect.poll(() => waiting.length, { intervals: [20] }).toBe(3)
  expectRefused(await front.send('/cart'), 'too_many_requests')
  for (const response of waiting) response.end('done')
  expect((await Promise.all(allowed)).map(({ text }) => text)).toEqual(['done', 'done', 'done'])
})
