import { orderSchema } from '../../lib/contract'
import { cards, checkout } from '../../tests/shop'
import { type Buyer, expectRefused, granted, test } from '../rig/api'
import type { Answer, Call } from '../rig/call'
import { unchanged } from '../rig/snapshot'
import { expect } from '../rig/test'

const secretName = 'Grace Brewster Hopper'

async function ordered(buyer: Buyer, sale: Parameters<Buyer['order']>[0]) {
  await buyer.reserve(sale, 2)
  return granted(await buyer.order(sale, undefined, { ...checkout, name: secretName }), orderSchema, 201)
}

/** Everything in which two answers could tell that one of two orders exists. */
const visible = ({ status, text, headers: { date: _, ...headers } }: Answer, id: string) => ({
  status,
  headers,
  text: text.replaceAll(id, 'ID'),
})

test('an order of somebody else looks like one that does not exist, in every call', async ({
  newBuyer,
  mint,
  ctx,
}) => {
  const sale = await mint()
  const [owner, stranger] = [newBuyer(), newBuyer()]
  const { id } = await ordered(owner, sale)
  const unknown = `${id.slice(0, -22)}${'A'.repeat(22)}`
  const elsewhere = `ord_aaaaaaaaaaaa_${'A'.repeat(22)}`
  const calls: ((orderId: string) => Promise<Answer>)[] = [
    stranger.read,
    stranger.pay,
    stranger.confirm,
    stranger.cancel,
    (orderId) => stranger.send('GET', `/orders/${orderId}?t=${'A'.repeat(22)}`),
    (orderId) => stranger.send('GET', `/orders/${orderId}?t=`),
  ]
  await unchanged(ctx, sale, owner, async () => {
    for (const each of calls) {
      const answer = await each(id)
      expectRefused(answer, 'not_found')
      for (const other of [unknown, elsewhere])
        expect(visible(await each(other), other)).toEqual(visible(answer, id))
    }
  })
})

test('the token of an order opens that order for reading, and nothing else', async ({
  newBuyer,
  mint,
  anyone,
  ctx,
}) => {
  const sale = await mint()
  const [owner, stranger] = [newBuyer(), newBuyer()]
  const order = await ordered(owner, sale)
  const other = await ordered(stranger, sale)
  const read = await anyone(`/api/v1/orders/${order.id}?t=${order.token}`)
  expect(granted(read, orderSchema).id).toBe(order.id)
  expect(read.headers['cache-control']).toBe('no-store')
  expect(read.text, 'an address is for whoever typed it').not.toContain(secretName)
  await unchanged(ctx, sale, owner, async () => {
    expectRefused(await anyone(`/api/v1/orders/${other.id}?t=${order.token}`), 'not_found')
    const path = `/orders/${order.id}?t=${order.token}`
    expectRefused(await stranger.send('DELETE', path), 'not_found')
    const card = { json: { method: { card: cards.pays } } }
    expectRefused(
      await stranger.send('POST', `/orders/${order.id}/payments?t=${order.token}`, card),
      'not_found',
    )
  })
})

test('the cart of one buyer is nothing to another', async ({ newBuyer, mint, ctx }) => {
  const sale = await mint()
  const [owner, stranger] = [newBuyer(), newBuyer()]
  await owner.reserve(sale, 2)
  await unchanged(ctx, sale, owner, async () => {
    expectRefused(await stranger.cart(sale), 'not_found')
    expectRefused(await stranger.release(sale), 'not_found')
    expectRefused(await stranger.extend(sale), 'hold_expired')
    expectRefused(await stranger.order(sale), 'hold_expired')
    expectRefused(await stranger.reserve(sale, 0), 'not_found')
  })
})

test('attack 9: no form of a page shows a cart or an order to a stranger', async ({
  newBuyer,
  mint,
  anyone,
}) => {
  const sale = await mint({ title: 'The Very Private Sale' })
  const [owner, stranger] = [newBuyer(), newBuyer()]
  const { id, token } = await ordered(owner, sale)
  const variants: Call['headers'][] = [
    {},
    { rsc: '1' },
    { rsc: '1', 'next-router-prefetch': '1' },
    { rsc: '1', 'next-router-prefetch': '2' },
    { rsc: '1', 'next-router-segment-prefetch': '/_tree' },
    { rsc: '1', 'next-router-segment-prefetch': '/orders/$d$id/__PAGE__' },
    { 'next-resume': '1' },
    { 'x-middleware-subrequest': 'proxy:proxy:proxy:proxy:proxy' },
    { 'x-middleware-prefetch': '1', purpose: 'prefetch' },
    { 'x-forwarded-for': '127.0.0.1', 'x-client-address': '127.0.0.1' },
  ]
  const addresses = [
    `/orders/${id}`,
    `/orders/${id}.rsc`,
    `/orders/${id}.txt`,
    `/orders/${id}.segments/_tree.segment.rsc`,
    `/orders/${id}?_rsc=abc`,
    `/orders/${id}?t=${token.slice(0, -1)}`,
    `/orders/${id}/`,
    `//orders/${id}`,
    `/orders/${id}/x.css`,
    `/_next/data/x/orders/${id}.json`,
    '/cart',
    '/cart.rsc',
    '/cart?_rsc=abc',
    `/checkout?sale=${sale.slug}`,
    `/checkout.rsc?sale=${sale.slug}`,
  ]
  for (const cookie of [{}, { cookie: stranger.cookie }]) {
    for (const path of addresses) {
      for (const headers of variants) {
        const answer = await anyone(path, { headers: { ...headers, ...cookie } })
        expect(answer.status, path).toBeLessThan(500)
        expect(answer.text, path).not.toMatch(/The Very Private Sale|Grace Brewster|No\. 1\b/)
        expect(answer.text, path).not.toContain(token)
      }
    }
  }
  const mine = await anyone(`/orders/${id}`, { headers: { cookie: owner.cookie } })
  expect(mine.status).toBe(200)
  expect(mine.text).toContain('The Very Private Sale')
})

test('the page of an order that is not yours is 404, as is one that is not there', async ({
  newBuyer,
  mint,
  anyone,
}) => {
  const sale = await mint()
  const { id } = await ordered(newBuyer(), sale)
  for (const each of [id, `ord_aaaaaaaaaaaa_${'A'.repeat(22)}`, 'x', '..%2f..%2fcart', "'--", '%00']) {
    const answer = await anyone(`/orders/${each}`, { headers: { cookie: newBuyer().cookie } })
    expect(answer.status, each).toBe(404)
    expect(answer.text, 'readable without JavaScript').toContain(
      'There is no such page, or it is not yours to see.',
    )
  }
})
