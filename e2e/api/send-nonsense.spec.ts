import { itemOf } from '../../tests/shop'
import { expectRefused, test } from '../rig/api'
import type { Call } from '../rig/call'
import { unchanged } from '../rig/snapshot'
import { expect } from '../rig/test'

/** JSON that `JSON.stringify` would not write. */
const raw = (body: string | Buffer, type = 'application/json'): Call => ({
  body,
  headers: { 'content-type': type },
})
const deep = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`
const manyFields = JSON.stringify(Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`f${i}`, 1])))

test('no quantity but a whole number from 0 to the most', async ({ newBuyer, mint, ctx }) => {
  const sale = await mint()
  const buyer = newBuyer()
  await buyer.reserve(sale, 1)
  const path = `/sales/${sale.slug}/cart/items/${itemOf(sale)}`
  await unchanged(ctx, sale, buyer, async () => {
    for (const quantity of [
      -1,
      1.5,
      1e9,
      '1',
      'true',
      true,
      null,
      [],
      [1],
      { x: 1 },
      '12345678901234567890',
    ]) {
      expectRefused(await buyer.reserve(sale, quantity), 'invalid_input', ['quantity'])
    }
    for (const json of ['NaN', 'Infinity', '1e999', '-0.5', '12345678901234567890', '0x10', '01', '1n']) {
      expectRefused(await buyer.send('PUT', path, raw(`{"quantity":${json}}`)), 'invalid_input')
    }
    expectRefused(await buyer.send('PUT', path, raw('{}')), 'invalid_input', ['quantity'])
    for (const json of ['[]', 'null', '1', '"x"', 'true']) {
      expectRefused(await buyer.send('PUT', path, raw(json)), 'invalid_input')
    }
  })
})

test('nothing but the quantity: no price, no state, no other buyer, no prototype', async ({
  newBuyer,
  mint,
  ctx,
}) => {
  const sale = await mint()
  const buyer = newBuyer()
  await buyer.reserve(sale, 1)
  const path = `/sales/${sale.slug}/cart/items/${itemOf(sale)}`
  await unchanged(ctx, sale, buyer, async () => {
    for (const name of [
      'priceMinor',
      'price',
      'status',
      'userId',
      'buyerId',
      'limit',
      'constructor',
      'toString',
    ]) {
      const json = { quantity: 2, [name]: 1 }
      expectRefused(await buyer.send('PUT', path, { json }), 'invalid_input', [name])
    }
    for (const json of [
      '{"quantity":2,"__proto__":{"admin":true}}',
      '{"__proto__":{"quantity":2}}',
      '{"constructor":{"prototype":{"quantity":2}}}',
    ]) {
      expectRefused(await buyer.send('PUT', path, raw(json)), 'invalid_input')
    }
  })
  expect(({} as { admin?: boolean }).admin).toBeUndefined()
})

test('bodies that are too deep, too wide, too long, or no JSON in UTF-8', async ({ newBuyer, mint, ctx }) => {
  const sale = await mint()
  const buyer = newBuyer()
  await buyer.reserve(sale, 1)
  const path = `/sales/${sale.slug}/cart/items/${itemOf(sale)}`
  const put = (call: Call) => buyer.send('PUT', path, call)
  const tenThousand = Array.from({ length: 10_000 }, (_, i) => `"f${i}":1`).join(',')
  await unchanged(ctx, sale, buyer, async () => {
    for (const body of [deep(20), deep(2_000), '['.repeat(5_000), manyFields]) {
      expectRefused(await put(raw(body)), 'invalid_input')
    }
    expectRefused(await put(raw(`{"quantity":1,"note":"${'x'.repeat(20_000)}"}`)), 'too_large')
    expectRefused(await put(raw(`{"quantity":1,${tenThousand}}`)), 'too_large')
    const chunked = raw(`{"quantity":1,"note":"${'x'.repeat(40_000)}"}`)
    chunked.headers = { ...chunked.headers, 'transfer-encoding': 'chunked' }
    expectRefused(await put(chunked), 'too_large')
    for (const body of [
      Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
      Buffer.from('{"quantity":1}', 'utf16le'),
      Buffer.from('\ufeff{"quantity":1}', 'utf16le'),
      '',
      '{"quantity":1',
      "{'quantity':1}",
      '{"quantity":1}x',
      'quantity=1',
      '<quantity>1</quantity>',
      '{"quantity":1,}',
    ]) {
      expectRefused(await put(raw(body)), 'invalid_input')
    }
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/json; charset=utf-16',
      'application/json5',
      'text/json',
      '',
    ]) {
      expectRefused(await put(raw('{"quantity":1}', type)), 'unsupported_media_type')
    }
  })
  expect((await put(raw('{"quantity":1}', 'Application/JSON; Charset="UTF-8"'))).status).toBe(200)
})

test('ids that are none: braces, colons, stars, newlines, 20 digits, SQL, paths', async ({
  newBuyer,
  mint,
  ctx,
  anyone,
}) => {
  const sale = await mint()
  const buyer = newBuyer()
  await buyer.reserve(sale, 1)
  const { id } = sale
  const ids = [
    '{sale:x}',
    `${id}}:holds`,
    '*',
    'a:b',
    'a%0d%0aSET%20x%201',
    '%00',
    '12345678901234567890',
    "x'%20OR%20'1'='1",
    'x%3Bdrop%20table%20orders',
    '..%2f..%2fetc%2fpasswd',
    '%F0%9F%90%8E',
    'itm_%E2%80%AE00000000000',
    'a'.repeat(300),
    'true',
    '__proto__',
    'constructor',
  ]
  await unchanged(ctx, sale, buyer, async () => {
    for (const each of ids) {
      const json = { quantity: 2 }
      expectRefused(await buyer.send('PUT', `/sales/${sale.slug}/cart/items/${each}`, { json }), 'not_found')
      expectRefused(
        await buyer.send('PUT', `/sales/${each}/cart/items/${itemOf(sale)}`, { json }),
        'not_found',
      )
      for (const path of [
        `/sales/${each}/cart`,
        `/sales/${each}`,
        `/sales/${each}/live`,
        `/orders/${each}`,
      ]) {
        expectRefused(await buyer.send('GET', path), 'not_found')
      }
      expectRefused(await anyone(`/api/v1/webhooks/${each}`, { method: 'POST' }), 'not_found')
    }
  })
})

test('query strings and headers that are not asked for change no answer', async ({
  newBuyer,
  mint,
  anyone,
}) => {
  const sale = await mint()
  const buyer = newBuyer()
  await buyer.reserve(sale, 1)
  const odd = "?sort=price';drop table orders--&filter[$gt]=&limit=-1&quantity=9&__proto__[x]=1&x=%00"
  const path = `/api/v1/sales/${sale.slug}`
  expect((await anyone(`${path}${encodeURI(odd)}`)).json).toEqual((await anyone(path)).json)
  const { json } = await buyer.send('GET', `/sales/${sale.slug}/cart${encodeURI(odd)}`)
  expect(json).toMatchObject({ lines: [{ quantity: 1 }] })
  const long = await anyone(`${path}?x=${'y'.repeat(20_000)}`)
  expect(long.status).toBe(431)
})
