import { cartSchema } from '../../lib/contract'
import { itemOf } from '../../tests/shop'
import { expectRefused, granted, inside, test } from '../rig/api'
import { type Answer, type Call, callWithoutEnd } from '../rig/call'
import { actionCall, actionId, type Field, post } from '../rig/forms'
import { namedByFields, noForms, unreadable } from '../rig/payloads'
import { unchanged } from '../rig/snapshot'
import { expect } from '../rig/test'

const release = () => actionId('app/cart/actions.ts', 'releaseAction')
const reserve = () => actionId('app/cart/actions.ts', 'reserveAction')
/** Next gives what a page keeps in its cache an id too, and takes calls of it. */
const cached = () => actionId('app/sales/[slug]/page.tsx', '$$RSC_SERVER_CACHE_0')

/** Whatever was said, it is the caller's mistake, and the answer tells nothing of the inside. */
function expectHarmless(answer: Answer, what: string) {
  expect(answer.status, what).toBeLessThan(500)
  expect(answer.text, what).not.toMatch(inside)
  expect(answer.headers['cache-control'] ?? 'no-store', what).toMatch(/no-store/)
}

test('an action id that is none runs nothing, and the page learns that it is unknown', async ({
  anyone,
  newBuyer,
  mint,
  ctx,
  baseURL,
}) => {
  const sale = await mint()
  const buyer = newBuyer()
  await buyer.reserve(sale, 2)
  const real = release()
  const ids = [
    '',
    '0',
    'x'.repeat(5_000),
    '0'.repeat(42),
    `${real.slice(0, -1)}${real.endsWith('0') ? '1' : '0'}`,
    `${real}0`,
    real.toUpperCase(),
    '__proto__',
    'constructor',
    'toString',
    'then',
    '../../etc/passwd',
    '$F1',
    '%00',
    `${real}#releaseAction`,
  ]
  await unchanged(ctx, sale, buyer, async () => {
    for (const path of ['/cart', `/sales/${sale.slug}`, '/', '/nothing']) {
      for (const id of ids) {
        const headers = { cookie: buyer.cookie, origin: baseURL ?? '' }
        const answer = await anyone(path, actionCall(id, [['slug', sale.slug]], headers))
        expectHarmless(answer, `${id} at ${path}`)
        expect([400, 404, 409], `${id} at ${path}`).toContain(answer.status)
      }
    }
  })
  const old = actionCall('0'.repeat(42), [], { origin: baseURL ?? '' })
  expect((await anyone('/cart', old)).headers).toMatchObject({ 'x-nextjs-action-not-found': '1' })
})

test('crafted arguments change nothing and stop nothing, with JavaScript and without', async ({
  anyone,
  newBuyer,
  mint,
  ctx,
  baseURL,
}) => {
  const sale = await mint()
  const buyer = newBuyer()
  await buyer.reserve(sale, 2)
  const headers = { cookie: buyer.cookie, origin: baseURL ?? '' }
  const call = (call: Call) => anyone('/cart', call)
  await unchanged(ctx, sale, buyer, async () => {
    for (const [what, fields] of Object.entries({ ...noForms, ...unreadable })) {
      for (const id of [release(), reserve(), cached()]) {
        const answer = await call(post(fields, { ...headers, 'next-action': id }))
        expectHarmless(answer, what)
        if (what in noForms && id !== cached()) expect(answer.text, what).toContain('"invalid_input"')
      }
      const [[, root = ''] = []] = fields.filter(([name]) => name === '0')
      const plain = { ...headers, 'next-action': release(), 'content-type': 'text/plain;charset=UTF-8' }
      expectRefused(await call({ method: 'POST', headers: plain, body: root }), 'unsupported_media_type')
    }
    for (const [what, fields] of Object.entries(namedByFields(release()))) {
      expectHarmless(await call(post([...fields, ['slug', 'x']], headers)), `posted: ${what}`)
    }
  })
  const fields: Field[] = [
    ['slug', sale.slug],
    ['itemId', itemOf(sale)],
    ['quantity', '1'],
  ]
  expect((await call(actionCall(reserve(), fields, headers))).text).toContain('"ok":true')
  expect(granted(await buyer.cart(sale), cartSchema).lines).toMatchObject([{ quantity: 1 }])
  expect((await call(actionCall(release(), fields, headers))).text).toContain('"ok":true')
  expectRefused(await buyer.cart(sale), 'not_found')
})

test('bodies that no form of ours sends are refused unread', async ({
  anyone,
  newBuyer,
  mint,
  ctx,
  baseURL,
}) => {
  const sale = await mint()
  const buyer = newBuyer()
  await buyer.reserve(sale, 2)
  const headers = { cookie: buyer.cookie, origin: baseURL ?? '', 'next-action': release() }
  const many = Array.from({ length: 10_000 }, (_, i) => [`_1_f${i}`, '1'] as const)
  const whole = actionCall(release(), [['slug', sale.slug]], headers)
  await unchanged(ctx, sale, buyer, async () => {
    for (const call of [post(many, headers), post([['0', 'x'.repeat(1_000_000)]], headers)]) {
      expectRefused(await anyone('/cart', call), 'too_large')
    }
    const chunked = post(many, { ...headers, 'transfer-encoding': 'chunked' })
    expectHarmless(await anyone('/cart', chunked), 'in chunks')
    const cutOff = await callWithoutEnd(baseURL ?? '', '/cart', chunked)
    expect(cutOff, 'its rest is not taken for the next request').toMatch(
      /^HTTP\/1\.1 4.*\r\nconnection: close\r\n/is,
    )
    expect(cutOff).not.toMatch(inside)
    for (const type of [
      'text/plain',
      'application/json',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
      'multipart/mixed; boundary=edge',
      'text/x-component',
      '',
    ]) {
      const typed = { ...whole, headers: { ...whole.headers, 'content-type': type } }
      expectRefused(await anyone('/cart', typed), 'unsupported_media_type')
    }
    for (const body of ['', '--edge', '--edge--', '--edge\r\n\r\n', '{"slug":"x"}', '\0'.repeat(1_000)]) {
      expectHarmless(await anyone('/cart', { ...whole, body }), JSON.stringify(body.slice(0, 20)))
    }
  })
})

test('a real action id with an Origin that is missing, null or foreign does nothing', async ({
  anyone,
  newBuyer,
  mint,
  ctx,
  baseURL,
}) => {
  const sale = await mint()
  const buyer = newBuyer()
  await buyer.reserve(sale, 2)
  const { port, origin } = new URL(baseURL ?? '')
  const fields: Field[] = [['slug', sale.slug]]
  await unchanged(ctx, sale, buyer, async () => {
    for (const foreign of [
      'null',
      '',
      'https://evil.example',
      `http://evil.example:${port}`,
      `${origin}.evil`,
    ]) {
      const headers = { cookie: buyer.cookie, origin: foreign }
      for (const call of [
        actionCall(release(), fields, headers),
        withoutScript(release(), fields, headers),
      ]) {
        expectRefused(await anyone('/cart', call), 'bad_origin')
      }
    }
    const headers = { cookie: buyer.cookie }
    expect((await anyone('/cart', actionCall(release(), fields, headers))).text).toContain('"bad_origin"')
    const page = await anyone('/cart', withoutScript(release(), fields, headers))
    expect(page.text).toContain('This request came from another site, so we did nothing.')
  })
  await anyone('/cart', withoutScript(release(), fields, { cookie: buyer.cookie, origin }))
  expectRefused(await buyer.cart(sale), 'not_found')
})

function withoutScript(id: string, fields: readonly Field[], headers: Record<string, string>): Call {
  const named: Field[] = [
    ['$ACTION_REF_1', ''],
    ['$ACTION_1:0', `{"id":"${id}","bound":"$@1"}`],
    ['$ACTION_1:1', '[null]'],
  ]
  return post([...named, ...fields], headers)
}
