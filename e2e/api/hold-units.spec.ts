import { cartSchema } from '../../lib/contract'
import { controlSale } from '../../lib/sales/control'
import { bought, hold } from '../../tests/purchase'
import { itemOf } from '../../tests/shop'
import { expectRefused, granted, test } from '../rig/api'
import { unchanged } from '../rig/snapshot'
import { expect } from '../rig/test'

const hour = 3_600_000

test('a cart holds exactly what was asked for last, and says so in the declared shape', async ({
  newBuyer,
  mint,
}) => {
  const sale = await mint({ allocations: [10, 10], priceMinor: 500 })
  const buyer = newBuyer()
  expectRefused(await buyer.cart(sale), 'not_found')
  const first = granted(await buyer.reserve(sale, 2), cartSchema)
  expect(first).toMatchObject({
    frozen: false,
    extensions: 1,
    version: 1,
    lines: [{ itemId: itemOf(sale), quantity: 2, units: [1, 2], priceMinor: 500 }],
    totalMinor: 1000,
    currency: 'EUR',
  })
  expect(Date.parse(first.deadline) - Date.parse(first.now)).toBeGreaterThan((sale.holdSeconds - 2) * 1000)
  expect(granted(await buyer.reserve(sale, 2), cartSchema), 'asking again changes nothing').toMatchObject({
    version: 1,
    deadline: first.deadline,
  })
  const both = granted(await buyer.reserve(sale, 1, 1), cartSchema)
  expect(both).toMatchObject({ totalMinor: 1500, deadline: first.deadline })
  expect(granted(await buyer.reserve(sale, 1), cartSchema).totalMinor).toBe(1000)
  expect(granted(await buyer.reserve(sale, 0), cartSchema).lines).toHaveLength(1)
  const now = granted(await buyer.cart(sale), cartSchema)
  expect(now).toMatchObject({ deadline: first.deadline, totalMinor: 500 })
  expect(granted(await buyer.release(sale), cartSchema).lines).toEqual([])
  const again = granted(await buyer.reserve(sale, 1), cartSchema)
  expect(again.deadline, 'emptying and filling it again does not move the deadline').toBe(first.deadline)
})

test('answers about a cart are for its buyer alone', async ({ newBuyer, mint }) => {
  const sale = await mint()
  const buyer = newBuyer()
  for (const answer of [await buyer.reserve(sale, 1), await buyer.cart(sale), await buyer.extend(sale)]) {
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.cookies).toEqual([])
  }
})

test('one extension, one hold length; a repeat with its key is no second one', async ({
  newBuyer,
  mint,
  ctx,
}) => {
  const sale = await mint({ extensions: 1, holdSeconds: 60 })
  const buyer = newBuyer()
  expectRefused(await buyer.extend(sale), 'hold_expired')
  const { deadline } = granted(await buyer.reserve(sale, 1), cartSchema)
  const headers = { 'idempotency-key': 'extend-0001' }
  const path = `/sales/${sale.slug}/cart/extension`
  for (let tries = 0; tries < 3; tries++) {
    const extended = granted(await buyer.send('POST', path, { headers }), cartSchema)
    expect(Date.parse(extended.deadline) - Date.parse(deadline)).toBe(60_000)
    expect(extended.extensions).toBe(0)
  }
  await unchanged(ctx, sale, buyer, async () => expectRefused(await buyer.extend(sale), 'limit_reached'))
})

test('refused with its reason, and nothing changed', async ({ newBuyer, mint, ctx }) => {
  const sale = await mint({ allocations: [5, 1, 1], limit: 3 })
  const other = await mint()
  const buyer = newBuyer()
  granted(await buyer.reserve(sale, 1), cartSchema)
  await hold(ctx, sale, { item: 1 })
  await bought(ctx, sale, { item: 2 })
  await unchanged(ctx, sale, buyer, async () => {
    expectRefused(await buyer.reserve(sale, 4), 'limit_reached')
    expectRefused(await buyer.reserve(sale, 1, 1), 'empty_now')
    expectRefused(await buyer.reserve(sale, 1, 2), 'sold_through')
    const strange = `/sales/${sale.slug}/cart/items/${itemOf(other)}`
    expectRefused(await buyer.send('PUT', strange, { json: { quantity: 1 } }), 'not_found')
  })
})

test('a sale refuses one second before it opens and takes one second after', async ({
  newBuyer,
  mint,
  ctx,
}) => {
  const opensAt = Date.now() + 2_500
  const sale = await mint({ opensAt: new Date(opensAt), closesAt: new Date(opensAt + hour) })
  const buyers = Array.from({ length: 5 }, newBuyer)
  const at = async (moment: number) =>
    expect.poll(() => Date.now(), { intervals: [20] }).toBeGreaterThanOrEqual(moment)
  for (const moment of [opensAt - 1_000, opensAt - 200]) {
    await at(moment)
    const answers = await Promise.all(buyers.map((buyer) => buyer.reserve(sale, 1)))
    if (Date.now() < opensAt) for (const answer of answers) expectRefused(answer, 'not_open')
  }
  await at(opensAt + 1_000)
  for (const answer of await Promise.all(buyers.map((buyer) => buyer.reserve(sale, 1))))
    granted(answer, cartSchema)
  await controlSale(ctx, sale.id, { close: true })
  const late = newBuyer()
  await unchanged(ctx, sale, late, async () => expectRefused(await late.reserve(sale, 1), 'closed'))
})

test('while it is paused a sale gives nothing, takes units back, and keeps every cart', async ({
  newBuyer,
  mint,
  ctx,
}) => {
  const sale = await mint()
  const [buyer, newcomer] = [newBuyer(), newBuyer()]
  granted(await buyer.reserve(sale, 2), cartSchema)
  await controlSale(ctx, sale.id, { pause: true })
  await unchanged(ctx, sale, buyer, async () => {
    expectRefused(await newcomer.reserve(sale, 1), 'paused')
    expectRefused(await buyer.reserve(sale, 3), 'paused')
    expect(granted(await buyer.cart(sale), cartSchema).frozen).toBe(true)
  })
  expect(granted(await buyer.reserve(sale, 1), cartSchema).lines[0]?.units).toEqual([1])
  await controlSale(ctx, sale.id, { resume: true })
  granted(await newcomer.reserve(sale, 1), cartSchema)
})

test('a change that was made on an older cart is refused', async ({ newBuyer, mint, ctx }) => {
  const sale = await mint()
  const buyer = newBuyer()
  granted(await buyer.reserve(sale, 1), cartSchema)
  granted(await buyer.reserve(sale, 2), cartSchema)
  const change = (version: string, quantity: number) =>
    buyer.send('PUT', `/sales/${sale.slug}/cart/items/${itemOf(sale)}`, {
      headers: { 'if-match': version },
      json: { quantity },
    })
  await unchanged(ctx, sale, buyer, async () => {
    expectRefused(await change('"1"', 3), 'cart_changed')
    for (const nonsense of ['*', 'W/"1"', '1e3', '-1'])
      expectRefused(await change(nonsense, 3), 'invalid_input')
  })
  granted(await change('"2"', 3), cartSchema)
})

test('fifty buyers at once for ten units: ten carts, forty definite refusals', async ({ newBuyer, mint }) => {
  const sale = await mint({ allocation: 10 })
  const answers = await Promise.all(Array.from({ length: 50 }, () => newBuyer().reserve(sale, 1)))
  const held = answers.filter(({ status }) => status === 200).map((answer) => granted(answer, cartSchema))
  expect(new Set(held.flatMap(({ lines }) => lines.flatMap(({ units }) => units)))).toEqual(
    new Set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
  )
  for (const answer of answers.filter(({ status }) => status !== 200)) expectRefused(answer, 'empty_now')
  expect(held).toHaveLength(10)
})
