import { z } from 'zod'
import { liveSchema, saleSchema } from '../../lib/contract'
import { controlSale } from '../../lib/sales/control'
import { bought, hold } from '../../tests/purchase'
import { expectRefused, granted, test } from '../rig/api'
import { expect } from '../rig/test'

const listSchema = z.object({ sales: z.array(saleSchema) })
const openApiSchema = z.looseObject({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) })

test('the list and each sale of it, as anybody may read them', async ({ anyone, mint }) => {
  const minted = await mint({ allocation: 7, limit: 3, priceMinor: 1234 })
  const list = await anyone('/api/v1/sales')
  const { sales } = granted(list, listSchema)
  const listed = sales.find(({ slug }) => slug === minted.slug)
  const single = granted(await anyone(`/api/v1/sales/${minted.slug}`), saleSchema)
  expect(listed).toEqual(single)
  expect(list.headers['cache-control']).toContain('s-maxage=1,')
  expect(single).toMatchObject({
    opensAt: minted.opensAt.toISOString(),
    items: [{ priceMinor: 1234, currency: 'EUR', allocation: 7, limit: 3 }],
  })
})

test('live: exact counts, never behind by two seconds, for caches to keep one second', async ({
  anyone,
  mint,
  ctx,
}) => {
  const sale = await mint({ allocations: [4, 1, 1] })
  await hold(ctx, sale, { quantity: 2 })
  await bought(ctx, sale, { quantity: 1 })
  await hold(ctx, sale, { item: 1 })
  await bought(ctx, sale, { item: 2 })
  const answer = await anyone(`/api/v1/sales/${sale.slug}/live`)
  const live = granted(answer, liveSchema)
  expect(live.items.map(({ id: _, ...counts }) => counts)).toEqual([
    { available: 1, held: 2, sold: 1, allocation: 4, state: 'available' },
    { available: 0, held: 1, sold: 0, allocation: 1, state: 'empty_now' },
    { available: 0, held: 0, sold: 1, allocation: 1, state: 'sold_through' },
  ])
  expect(live).toMatchObject({ phase: 'open', room: null, epoch: sale.epochText })
  expect(Math.abs(Date.now() - Date.parse(live.now))).toBeLessThan(2_000)
  expect(answer.headers['cache-control']).toBe('public, max-age=0, s-maxage=1, stale-while-revalidate=1')
  expect(answer.cookies).toEqual([])
})

test('live tells the phase: upcoming, open, paused, closed', async ({ anyone, mint, ctx }) => {
  const sale = await mint({
    opensAt: new Date(Date.now() + 3_600_000),
    closesAt: new Date(Date.now() + 7_200_000),
  })
  const phase = async () => granted(await anyone(`/api/v1/sales/${sale.slug}/live`), liveSchema).phase
  await expect.poll(phase).toBe('upcoming')
  await controlSale(ctx, sale.id, { opensAt: new Date(Date.now() - 1_000), closesAt: sale.closesAt })
  await expect.poll(phase).toBe('open')
  await controlSale(ctx, sale.id, { pause: true })
  await expect.poll(phase).toBe('paused')
  await controlSale(ctx, sale.id, { resume: true })
  await expect.poll(phase).toBe('open')
  await controlSale(ctx, sale.id, { close: true })
  await expect.poll(phase).toBe('closed')
})

test('a sale that is not there is 404 in every call', async ({ anyone, newBuyer, mint }) => {
  const sale = await mint()
  const gone = { ...sale, slug: 'no-such-sale' }
  const buyer = newBuyer()
  for (const path of ['/sales/no-such-sale', '/sales/no-such-sale/live', '/nothing', '/sales/x/y/z']) {
    expectRefused(await anyone(`/api/v1${path}`), 'not_found')
  }
  for (const answer of await Promise.all([
    buyer.reserve(gone, 1),
    buyer.cart(gone),
    buyer.release(gone),
    buyer.extend(gone),
    buyer.order(gone),
  ])) {
    expectRefused(answer, 'not_found')
  }
})

test('the OpenAPI document names every call of the contract', async ({ anyone }) => {
  const answer = await anyone('/api/openapi.json')
  expect(answer.status).toBe(200)
  const { paths } = openApiSchema.parse(answer.json)
  const calls = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  expect(calls).toEqual(
    expect.arrayContaining([
      'GET /sales',
      'GET /sales/{slug}',
      'GET /sales/{slug}/live',
      'PUT /sales/{slug}/cart/items/{itemId}',
      'GET /sales/{slug}/cart',
      'DELETE /sales/{slug}/cart',
      'POST /sales/{slug}/cart/extension',
      'POST /sales/{slug}/orders',
      'GET /orders/{id}',
      'DELETE /orders/{id}',
      'POST /orders/{id}/payments',
      'POST /orders/{id}/payments/confirmation',
      'POST /session',
      'POST /webhooks/{provider}',
    ]),
  )
})

test('the probes answer, and no cache keeps their answer', async ({ anyone }) => {
  for (const path of ['/livez', '/readyz']) {
    const answer = await anyone(path)
    expect(answer).toMatchObject({ status: 200, text: 'ok' })
    expect(answer.headers['cache-control']).toBe('no-store')
  }
})
