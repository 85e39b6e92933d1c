import { afterAll, beforeAll, expect, test } from 'vitest'
import { roomSegments } from '../../db/schema'
import { mintSale, newBuyers, openShop, reload, type Shop, until } from '../../tests/shop'
import { config } from '../config'
import { mayReserve } from '../rooms/admit'
import { paceRoom } from '../rooms/pace'
import { setRate } from '../rooms/set-rate'
import { admissionCookie, ticketCookie, waitCookie, waitFrom, waitLeft } from '../rooms/ticket'
import type { SaleRecord } from '../sales/record'
import { buyerCookie, newBuyer, readToken } from './identity'
import { limits } from './limits'
import { beginWait, goOn, readPlace } from './place'

let shop: Shop
beforeAll(async () => {
  // No network is trusted: what one of them may do is the point.
  shop = await openShop({ TRUSTED_NETWORKS: '' })
})
afterAll(() => shop.close())

const anHour = 3_600_000
const toCome = { opensAt: new Date(Date.now() + anHour), closesAt: new Date(Date.now() + 2 * anHour) }
let addresses = 0
const freshAddress = () => `203.0.${Math.floor(++addresses / 250)}.${(addresses % 250) + 1}`

/** A browser without JavaScript: it keeps cookies, posts forms and follows pages. */
function newBrowser(address = freshAddress()) {
  const jar = new Map<string, string>()
  const send = (origin: string | null) => ({
    url: 'http://localhost/',
    body: null,
    headers: new Headers({
      ...(origin && { origin }),
      'x-client-address': address,
      cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
    }),
  })
  function take(response: Response): string {
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      expect(cookie).toContain('HttpOnly')
      if (/Max-Age=0/.test(cookie)) jar.delete(name)
      else jar.set(name, value)
    }
    expect(response.headers.get('cache-control')).toBe('no-store')
    return response.headers.get('location') ?? String(response.status)
  }
  return {
    jar,
    buyerId: () => readToken(shop.env.APP_SECRET, jar.get(buyerCookie) ?? '') ?? '',
    post: async (sale: SaleRecord, origin: string | null = shop.env.PUBLIC_URL) =>
      take(await beginWait(shop, send(origin), sale.slug)),
    look: async (sale: SaleRecord) => take(await goOn(shop, send(null), sale.slug)),
  }
}

/** As if its wait had begun so long ago. */
function waited(
  browser: ReturnType<typeof newBrowser>,
  sale: SaleRecord,
  seconds = config.room.waitSeconds + 1,
) {
  const owner = { saleId: sale.id, buyerId: browser.buyerId() }
  browser.jar.set(waitCookie(sale.slug), waitFrom(shop.env.APP_SECRET, owner, Date.now() - seconds * 1000))
}

const placeOf = async (browser: ReturnType<typeof newBrowser>, sale: SaleRecord) =>
  readPlace(shop, {
    ...{ sale: await reload(shop, sale.id), buyerId: browser.buyerId() },
    cookie: (name) => browser.jar.get(name),
  })

const place = (sale: SaleRecord, why = '') => `/sales/${sale.slug}/room/place${why && `?refused=${why}`}`

test('I17: by a form and a wait a place in the draw, and it stays the same however often the page comes back', async () => {
  const sale = await mintSale(shop, { room: true, ...toCome })
  const browser = newBrowser()
  expect(await browser.post(sale)).toBe(place(sale))
  expect(await browser.look(sale), 'too early').toBe(place(sale))
  expect(browser.jar.has(ticketCookie(sale.slug))).toBe(false)
  expect(await placeOf(browser, sale)).toMatchObject({ state: 'begun' })
  waited(browser, sale)
  expect(await browser.look(sale)).toBe(place(sale))
  const ticket = browser.jar.get(ticketCookie(sale.slug))
  expect(ticket).toMatch(/^d\./)
  expect(await placeOf(browser, sale)).toMatchObject({ state: 'placed', position: null })
  for (let round = 0; round < 3; round++) await browser.look(sale)
  expect(browser.jar.get(ticketCookie(sale.slug))).toBe(ticket)
})

test('I17: behind the draw a number, and once it is its turn the admission, which the shop then takes', async () => {
  const sale = await mintSale(shop, { room: true })
  await until('the draw is closed', async () => {
    await paceRoom(shop, sale.id)
    return (await reload(shop, sale.id)).room?.joiners === 0
  })
  const browser = newBrowser()
  await browser.post(sale)
  waited(browser, sale)
  await browser.look(sale)
  expect(browser.jar.get(ticketCookie(sale.slug))).toMatch(/^q0\./)
  await setRate(shop, sale.id, 5)
  await until('the turn', async () => {
    await browser.look(sale)
    return browser.jar.has(admissionCookie(sale.slug))
  })
  expect(await placeOf(browser, sale)).toEqual({ state: 'turn', admitted: true })
  const admission = browser.jar.get(admissionCookie(sale.slug))
  expect(await mayReserve(shop, sale, browser.buyerId(), admission)).toBe(true)
})

test('a wait is worth nothing to another buyer, in another sale, edited, too short, or kept in store', async () => {
  const [sale, other] = [await mintSale(shop, { room: true }), await mintSale(shop, { room: true })]
  const [buyerId = '', someone = ''] = newBuyers(2)
  const secret = shop.env.APP_SECRET
  const now = Date.now()
  const begun = now - config.room.waitSeconds * 1000
  const owner = { saleId: sale.id, buyerId }
  const wait = waitFrom(secret, owner, begun)
  expect(waitLeft(secret, owner, wait, now)).toBe(0)
  expect(waitLeft(secret, owner, waitFrom(secret, owner, begun + 1), now)).toBe(1)
  const [at = '', mac = ''] = wait.split('.')
  const good = config.room.waitGoodSeconds * 1000
  for (const [who, text] of [
    [{ ...owner, buyerId: someone }, wait],
    [{ ...owner, saleId: other.id }, wait],
    [owner, `${Number(at) - 1}.${mac}`],
    [owner, `${at}.${mac.slice(1)}é`],
    [owner, waitFrom(secret, owner, now - good - 1)],
    [owner, ''],
    [owner, undefined],
  ] as const) {
    expect(waitLeft(secret, who, text, now), text).toBeUndefined()
  }
})

test('10: one network begins few waits, whichever identities and IPv6 subnets it uses', async () => {
  const sale = await mintSale(shop, { room: true, ...toCome })
  const { burst } = limits.wait.perNetwork
  for (const addressOf of [() => '198.51.100.7', (n: number) => `2001:db8:77:${n.toString(16)}::1`]) {
    const answers = await Promise.all(
      Array.from({ length: 4 * burst }, (_, n) => newBrowser(addressOf(n)).post(sale)),
    )
    expect(answers.filter((each) => each === place(sale))).toHaveLength(burst)
    expect(answers.filter((each) => each === place(sale, 'too_many_requests'))).toHaveLength(3 * burst)
  }
})

test('a wait that has begun goes on when the form is sent again, and counts once', async () => {
  const sale = await mintSale(shop, { room: true, ...toCome })
  const browser = newBrowser()
  await browser.post(sale)
  const begun = browser.jar.get(waitCookie(sale.slug))
  for (let times = 0; times < 2 * limits.wait.perNetwork.burst; times++) {
    expect(await browser.post(sale)).toBe(place(sale))
  }
  expect(browser.jar.get(waitCookie(sale.slug))).toBe(begun)
  waited(browser, sale)
  await browser.look(sale)
  const ticket = browser.jar.get(ticketCookie(sale.slug))
  expect(await browser.post(sale), 'a place that is there stays').toBe(place(sale))
  expect(browser.jar.has(waitCookie(sale.slug))).toBe(false)
  expect(browser.jar.get(ticketCookie(sale.slug))).toBe(ticket)
})

test('7: a form of another site begins nothing, and one without an origin neither', async () => {
  const sale = await mintSale(shop, { room: true })
  for (const origin of ['https://evil.example', 'null', null]) {
    const browser = newBrowser()
    expect(await browser.post(sale, origin)).toBe(place(sale, 'bad_origin'))
    expect(browser.jar.size).toBe(0)
  }
})

test('a place of whoever used the browser before is given up; a sale without a room has none', async () => {
  const sale = await mintSale(shop, { room: true })
  const browser = newBrowser()
  await browser.post(sale)
  waited(browser, sale)
  await browser.look(sale)
  browser.jar.set(buyerCookie, newBuyer(shop.env.APP_SECRET).token)
  expect(await placeOf(browser, sale)).toEqual({ state: 'none' })
  await browser.look(sale)
  expect(browser.jar.has(ticketCookie(sale.slug))).toBe(false)
  const plain = await mintSale(shop)
  expect(await newBrowser().look(plain)).toBe('404')
  expect(await newBrowser().post(plain)).toBe('404')
})

test('the tail hears that what is left may not reach it, from memory alone', async () => {
  const sale = await mintSale(shop, { room: true, allocation: 3 })
  await paceRoom(shop, sale.id)
  await shop.db.update(roomSegments).set({ atMs: Date.now() - 1_000, base: 0, rate: 0 })
  const browsers = Array.from({ length: 5 }, () => newBrowser())
  for (const browser of browsers) {
    await browser.post(sale)
    waited(browser, sale)
    await browser.look(sale)
  }
  const outlooks = await until('the live state to be read', async () => {
    const all = await Promise.all(browsers.map((browser) => placeOf(browser, sale)))
    const told = all.map((each) => (each.state === 'placed' ? each.outlook : each.state))
    return !told.includes(null) && told
  })
  expect(outlooks).toEqual(['good', 'good', 'good', 'unlikely', 'unlikely'])
})

test('attack 11: where hCaptcha alone counts, a wait is no way around it', async () => {
  const sale = await mintSale(shop, { room: true, ...toCome })
  const post = async (settings: Partial<Shop['env']>) => {
    const headers = new Headers({ origin: shop.env.PUBLIC_URL, 'x-client-address': freshAddress() })
    const ctx = {
      ...shop,
      env: { ...shop.env, HCAPTCHA_SITE_KEY: 'key', HCAPTCHA_SECRET: 'secret', ...settings },
    }
    const answer = await beginWait(ctx, { url: 'http://localhost/', body: null, headers }, sale.slug)
    return { leads: answer.headers.get('location'), cookies: answer.headers.getSetCookie().length }
  }
  const place = `/sales/${sale.slug}/room/place`
  expect(await post({})).toEqual({ leads: `${place}?refused=captcha_required`, cookies: 0 })
  expect(await post({ HCAPTCHA_OR_WORK: '1' })).toEqual({ leads: place, cookies: 2 })
})
