import { cartSchema, orderSchema } from '../../lib/contract'
import { checkout } from '../../tests/shop'
import { expectRefused, granted, test } from '../rig/api'
import { unchanged } from '../rig/snapshot'
import { expect } from '../rig/test'

test('a cart becomes an order that owns its units; asking again finds the same one', async ({
  newBuyer,
  mint,
}) => {
  const sale = await mint({ allocation: 5, priceMinor: 700, paySeconds: 600 })
  const buyer = newBuyer()
  await buyer.reserve(sale, 2)
  const answer = await buyer.order(sale, 'key-00000001')
  const order = granted(answer, orderSchema, 201)
  expect(order).toMatchObject({
    state: 'awaiting_payment',
    saleSlug: sale.slug,
    units: [1, 2],
    lines: [{ quantity: 2, units: [1, 2], priceMinor: 700 }],
    totalMinor: 1400,
    currency: 'EUR',
    payment: null,
  })
  expect(order.number).toBeGreaterThan(0)
  expect(Math.abs(Date.parse(order.payBy ?? '') - Date.parse(order.now) - 600_000)).toBeLessThan(2_000)
  expect(answer.headers['cache-control']).toBe('no-store')
  const { now: _, ...same } = order
  expect(granted(await buyer.order(sale, 'key-00000001'), orderSchema, 201)).toMatchObject(same)
  expect(granted(await buyer.read(order.id), orderSchema)).toMatchObject(same)
})

test('eight requests with one key at once are one order', async ({ newBuyer, mint }) => {
  const sale = await mint({ allocation: 5 })
  const buyer = newBuyer()
  await buyer.reserve(sale, 1)
  const answers = await Promise.all(Array.from({ length: 8 }, () => buyer.order(sale, 'key-00000001')))
  const ids = answers.map((answer) => orderSchema.parse(answer.json).id)
  expect(new Set(ids).size).toBe(1)
  expect(answers.map(({ status }) => status)).toEqual(expect.arrayContaining([201]))
})

test('the same key with other details is refused; with another buyer it is another order', async ({
  newBuyer,
  mint,
  ctx,
}) => {
  const sale = await mint()
  const [buyer, other] = [newBuyer(), newBuyer()]
  await buyer.reserve(sale, 1)
  await other.reserve(sale, 1)
  const mine = granted(await buyer.order(sale, 'key-00000001'), orderSchema, 201)
  await unchanged(ctx, sale, buyer, async () => {
    expectRefused(await buyer.order(sale, 'key-00000001', { ...checkout, name: 'Eve' }), 'key_reused')
    expectRefused(await buyer.order(sale, 'key-00000002'), 'already_ordered')
  })
  const theirs = await other.order(sale, 'key-00000001', { ...checkout, name: 'Eve' })
  expect(granted(theirs, orderSchema, 201).id).not.toBe(mine.id)
  expect(theirs.text).not.toContain(mine.token)
})

test('no step can be skipped: no cart, an emptied one, one whose time ran out', async ({
  newBuyer,
  mint,
  ctx,
}) => {
  const sale = await mint({ holdSeconds: 2 })
  const [none, emptied, lapsed] = [newBuyer(), newBuyer(), newBuyer()]
  await unchanged(ctx, sale, none, async () => expectRefused(await none.order(sale), 'hold_expired'))
  await emptied.reserve(sale, 2)
  await emptied.release(sale)
  await unchanged(ctx, sale, emptied, async () => expectRefused(await emptied.order(sale), 'hold_expired'))
  const { deadline } = granted(await lapsed.reserve(sale, 2), cartSchema)
  await expect.poll(async () => (await lapsed.cart(sale)).status, { intervals: [50] }).toBe(404)
  expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(deadline))
  expectRefused(await lapsed.order(sale), 'hold_expired')
  expectRefused(await lapsed.extend(sale), 'hold_expired')
})

test('once it is ordered nothing changes the cart any more', async ({ newBuyer, mint, ctx }) => {
  const sale = await mint()
  const buyer = newBuyer()
  await buyer.reserve(sale, 2)
  const { id } = granted(await buyer.order(sale), orderSchema, 201)
  await buyer.pay(id, '4000000000003220')
  await unchanged(ctx, sale, buyer, async () => {
    for (const quantity of [0, 1, 3]) expectRefused(await buyer.reserve(sale, quantity), 'already_ordered')
    expectRefused(await buyer.release(sale), 'already_ordered')
    expectRefused(await buyer.extend(sale), 'already_ordered')
    expectRefused(await buyer.cart(sale), 'not_found')
  })
  expect(granted(await buyer.read(id), orderSchema).totalMinor).toBe(3980)
})

test('details: each field that is wrong is named, and the cart stays', async ({ newBuyer, mint, ctx }) => {
  const sale = await mint()
  const buyer = newBuyer()
  await buyer.reserve(sale, 1)
  const wrong: [object, string[]][] = [
    [{}, ['city', 'country', 'email', 'line1', 'name', 'postalCode']],
    [{ ...checkout, email: 'ada' }, ['email']],
    [{ ...checkout, email: `${'a'.repeat(250)}@example.com` }, ['email']],
    [{ ...checkout, email: 'ada@example.com\r\nBcc: all@example.com' }, ['email']],
    [{ ...checkout, name: '   ' }, ['name']],
    [{ ...checkout, name: 'a'.repeat(121) }, ['name']],
    [{ ...checkout, name: 'Ada\u0000' }, ['name']],
    [{ ...checkout, city: 'Lon\ndon' }, ['city']],
    [{ ...checkout, line1: 12 }, ['line1']],
    [{ ...checkout, country: 'Germany' }, ['country']],
    [{ ...checkout, country: 'de' }, ['country']],
    [{ ...checkout, phone: 'call me' }, ['phone']],
    [{ ...checkout, line2: null }, ['line2']],
    [{ ...checkout, priceMinor: 1, status: 'paid', userId: 'byr_x' }, ['priceMinor', 'status', 'userId']],
  ]
  await unchanged(ctx, sale, buyer, async () => {
    for (const [details, fields] of wrong) {
      expectRefused(await buyer.order(sale, undefined, details), 'invalid_input', fields)
    }
    const path = `/sales/${sale.slug}/orders`
    expectRefused(await buyer.send('POST', path, { json: checkout }), 'invalid_input', ['Idempotency-Key'])
    for (const key of ['short', 'x'.repeat(129), 'with a space', 'schlüssel-1']) {
      const headers = { 'idempotency-key': Buffer.from(key).toString('latin1') }
      expectRefused(await buyer.send('POST', path, { headers, json: checkout }), 'invalid_input')
    }
  })
  const optional = { ...checkout, line2: 'Flat 3', region: 'London', phone: '+44 20 7946 0000' }
  granted(await buyer.order(sale, undefined, optional), orderSchema, 201)
})

test('an unpaid order can be cancelled once; its units are free again', async ({ newBuyer, mint, ctx }) => {
  const sale = await mint({ allocation: 2 })
  const [buyer, next] = [newBuyer(), newBuyer()]
  await buyer.reserve(sale, 2)
  const { id } = granted(await buyer.order(sale, 'key-00000001'), orderSchema, 201)
  expectRefused(await next.reserve(sale, 1), 'empty_now')
  expect(granted(await buyer.cancel(id), orderSchema)).toMatchObject({
    state: 'cancelled',
    units: [],
    payBy: null,
  })
  await expect.poll(async () => (await next.reserve(sale, 2)).status, 'a moment later').toBe(200)
  await unchanged(ctx, sale, buyer, async () => {
    granted(await buyer.cancel(id), orderSchema)
    expectRefused(await buyer.pay(id), 'not_payable')
    expectRefused(await buyer.confirm(id), 'not_payable')
    expect(granted(await buyer.order(sale, 'key-00000001'), orderSchema, 201).state).toBe('cancelled')
  })
})
