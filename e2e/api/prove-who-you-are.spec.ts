import { cartSchema, sessionSchema } from '../../lib/contract'
import { newBuyer as newIdentity, tokenOf } from '../../lib/web/identity'
import { itemOf } from '../../tests/shop'
import { expectRefused, granted, test } from '../rig/api'
import { unchanged } from '../rig/snapshot'
import { expect } from '../rig/test'

test('a session: a signed cookie and the same as a token; asking again keeps it', async ({
  anyone,
  baseURL,
}) => {
  const answer = await anyone('/api/v1/session', { method: 'POST' })
  const { buyerId, token } = granted(answer, sessionSchema)
  expect(answer.cookies).toEqual([expect.stringMatching(`^buyer=${token};`)])
  expect(answer.cookies[0]).toMatch(/; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/)
  expect(answer.headers['cache-control']).toBe('no-store')
  for (const headers of [
    { authorization: `Bearer ${token}` },
    { cookie: `theme=dark; buyer=${token}`, origin: baseURL ?? '' },
  ]) {
    const again = await anyone('/api/v1/session', { method: 'POST', headers })
    expect(granted(again, sessionSchema)).toEqual({ buyerId, token })
  }
})

test('nobody becomes who they say they are: a made-up identity is replaced, never taken', async ({
  anyone,
  newBuyer,
  mint,
  baseURL,
  settings,
}) => {
  const sale = await mint()
  const { buyerId, token } = newBuyer()
  const forged = [
    buyerId,
    `${buyerId}.`,
    `${buyerId}.${'A'.repeat(43)}`,
    `${newIdentity('another secret').buyerId}.${token.split('.')[1]}`,
    tokenOf('development-only-secret-do-not-deploy', buyerId),
    `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`,
    `byr_../../x.${token.split('.')[1]}`,
    tokenOf(settings.APP_SECRET, 'admin'),
    'eyJhbGciOiJub25lIn0.eyJzdWIiOiJieXJfMSJ9.',
    'undefined',
    '%00',
  ]
  for (const each of forged) {
    const origin = baseURL ?? ''
    const path = `/api/v1/sales/${sale.slug}/cart`
    expectRefused(await anyone(path, { headers: { authorization: `Bearer ${each}` } }), 'no_session')
    expectRefused(await anyone(path, { headers: { cookie: `buyer=${each}` } }), 'no_session')
    const fixed = { method: 'POST', headers: { cookie: `buyer=${each}`, origin } }
    expect(granted(await anyone('/api/v1/session', fixed), sessionSchema).token).not.toBe(each)
  }
})

test('without an identity nothing that belongs to a buyer works', async ({ anyone, mint }) => {
  const sale = await mint()
  const path = `/api/v1/sales/${sale.slug}`
  const order = '/api/v1/orders/ord_aaaaaaaaaaaa_aaaaaaaaaaaaaaaaaaaaaa'
  const json = { quantity: 1 }
  expectRefused(await anyone(`${path}/cart/items/${itemOf(sale)}`, { method: 'PUT', json }), 'no_session')
  expectRefused(await anyone(`${path}/cart`), 'no_session')
  expectRefused(await anyone(`${path}/cart`, { method: 'DELETE' }), 'no_session')
  expectRefused(await anyone(`${path}/cart/extension`, { method: 'POST' }), 'no_session')
  expectRefused(await anyone(`${path}/orders`, { method: 'POST', json }), 'no_session')
  expectRefused(await anyone(`${order}/payments`, { method: 'POST', json }), 'no_session')
  expectRefused(await anyone(`${order}/payments/confirmation`, { method: 'POST' }), 'no_session')
  expectRefused(await anyone(order, { method: 'DELETE' }), 'no_session')
  expectRefused(await anyone(order), 'not_found')
})

test('a cookie alone changes nothing: other sites, null and no Origin are refused', async ({
  anyone,
  newBuyer,
  mint,
  ctx,
  baseURL,
}) => {
  const sale = await mint()
  const buyer = newBuyer()
  await buyer.reserve(sale, 2)
  const own = new URL(baseURL ?? '')
  const foreign: (string | undefined)[] = [
    undefined,
    'null',
    '',
    'https://evil.example',
    `https://${own.host}`,
    `http://${own.hostname}:1`,
    `http://${own.hostname}`,
    `${own.origin}.evil.example`,
    `http://evil.example@${own.host}`,
    `${own.origin}/`,
    own.host,
  ]
  const path = `/api/v1/sales/${sale.slug}/cart`
  await unchanged(ctx, sale, buyer, async () => {
    for (const origin of foreign) {
      const headers = { cookie: buyer.cookie, ...(origin !== undefined && { origin }) }
      const json = { quantity: 1 }
      const put = { method: 'PUT', headers, json }
      expectRefused(await anyone(`${path}/items/${itemOf(sale)}`, put), 'bad_origin')
      expectRefused(await anyone(path, { method: 'DELETE', headers }), 'bad_origin')
      expectRefused(await anyone(`${path}/extension`, { method: 'POST', headers }), 'bad_origin')
      expectRefused(await anyone('/api/v1/session', { method: 'POST', headers }), 'bad_origin')
    }
  })
  const headers = { cookie: buyer.cookie, origin: own.origin }
  const put = { method: 'PUT', headers, json: { quantity: 1 } }
  granted(await anyone(`${path}/items/${itemOf(sale)}`, put), cartSchema)
})

test('a bearer token needs no Origin, and no other site can borrow the cookie beside it', async ({
  anyone,
  newBuyer,
  mint,
}) => {
  const sale = await mint()
  const [mine, victim] = [newBuyer(), newBuyer()]
  const headers = {
    authorization: `Bearer ${mine.token}`,
    cookie: victim.cookie,
    origin: 'https://evil.example',
  }
  const put = { method: 'PUT', headers, json: { quantity: 1 } }
  granted(await anyone(`/api/v1/sales/${sale.slug}/cart/items/${itemOf(sale)}`, put), cartSchema)
  granted(await mine.cart(sale), cartSchema)
  expectRefused(await victim.cart(sale), 'not_found')
})
