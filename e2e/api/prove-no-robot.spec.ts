import { randomUUID } from 'node:crypto'
import { config } from '../../lib/config'
import { cartSchema, challengeSchema, orderSchema } from '../../lib/contract'
import type { SaleRecord } from '../../lib/sales/record'
import { solve } from '../../lib/solve-challenge'
import { checkout, itemOf } from '../../tests/shop'
import { type Buyer, expectRefused, granted, test } from '../rig/api'
import { actionCall, actionId, type Field } from '../rig/forms'
import { expect } from '../rig/test'

/** The work that a buyer is given, done. */
async function proofOf(buyer: Buyer, sale: SaleRecord): Promise<string> {
  const challenge = granted(await buyer.send('GET', `/sales/${sale.slug}/challenge`), challengeSchema)
  if (!challenge.work) throw new Error('There is no work to do.')
  return solve(challenge.work)
}

const orderWith = (buyer: Buyer, sale: SaleRecord, captcha?: string, key: string = randomUUID()) =>
  buyer.order(sale, key, { ...checkout, ...(captcha !== undefined && { captcha }) })

const reserveWith = (buyer: Buyer, sale: SaleRecord, quantity: number, captcha?: string) =>
  buyer.send('PUT', `/sales/${sale.slug}/cart/items/${itemOf(sale)}`, {
    json: { quantity, ...(captcha !== undefined && { captcha }) },
  })

test('attack 11: where a sale asks for a proof at the order, one of this buyer and sale is taken, once', async ({
  newBuyer,
  mint,
}) => {
  const [sale, elsewhere] = [await mint({ proof: 'order' }), await mint({ proof: 'order' })]
  const [buyer, other] = [newBuyer(), newBuyer()]
  for (const each of [buyer, other]) granted(await each.reserve(sale, 1), cartSchema)
  expectRefused(await orderWith(buyer, sale), 'captcha_required')
  for (const wrong of ['x', await proofOf(other, sale), await proofOf(buyer, elsewhere)])
    expectRefused(await orderWith(buyer, sale, wrong), 'captcha_failed')
  expectRefused(await orderWith(buyer, sale, 'x'.repeat(config.captcha.mostLength + 1)), 'invalid_input', [
    'captcha',
  ])

  const proof = await proofOf(buyer, sale)
  const placed = granted(await orderWith(buyer, sale, proof, 'the-same-key'), orderSchema, 201)
  // No more: with the others these are all that one buyer may send at once.
  for (const captcha of [proof, undefined]) {
    const again = granted(await orderWith(buyer, sale, captcha, 'the-same-key'), orderSchema, 201)
    expect(again.id).toBe(placed.id)
  }
  expect((await buyer.cancel(placed.id)).status).toBe(200)
  granted(await buyer.reserve(sale, 1), cartSchema)
  expectRefused(await orderWith(buyer, sale, proof), 'captcha_failed')
  granted(await orderWith(buyer, sale, await proofOf(buyer, sale)), orderSchema, 201)
})

test('attack 12: one proof sent 100 times in parallel places one order', async ({ newBuyer, mint }) => {
  const sale = await mint({ proof: 'order' })
  const buyer = newBuyer()
  granted(await buyer.reserve(sale, 1), cartSchema)
  const proof = await proofOf(buyer, sale)
  const answers = await Promise.all(Array.from({ length: 100 }, () => orderWith(buyer, sale, proof)))
  const placed = answers.filter(({ status }) => status === 201)
  expect(placed).toHaveLength(1)
  const refusals = answers.filter(({ status }) => status !== 201).map(({ status }) => status)
  // Some of one buyer's hundred calls are simply too many.
  for (const status of refusals) expect([409, 429]).toContain(status)
})

test('where a sale asks for proofs after repeated reserves, the next one is for nobody without', async ({
  newBuyer,
  mint,
}) => {
  const sale = await mint({ proof: 'reserves' })
  const buyer = newBuyer()
  for (let change = 1; change <= config.captcha.freeReserves; change++)
    granted(await reserveWith(buyer, sale, change), cartSchema)
  const next = config.captcha.freeReserves + 1
  expectRefused(await reserveWith(buyer, sale, next), 'captcha_required')
  expectRefused(await reserveWith(buyer, sale, next, 'x'), 'captcha_failed')
  const proof = await proofOf(buyer, sale)
  granted(await reserveWith(buyer, sale, next, proof), cartSchema)
  expect((await reserveWith(buyer, sale, next, proof)).status, 'the same again is no conflict').toBe(200)
})

test('the forms ask for proofs as the API does', async ({ newBuyer, anyone, mint, baseURL }) => {
  const sale = await mint({ proof: 'order' })
  const buyer = newBuyer()
  granted(await buyer.reserve(sale, 1), cartSchema)
  const post = (captcha: string) => {
    const fields: Field[] = [
      ['slug', sale.slug],
      ['idempotencyKey', 'the-same-key'],
      ...Object.entries({ ...checkout, captcha }).map(([name, value = '']) => [name, value] as const),
    ]
    const headers = { cookie: buyer.cookie, origin: baseURL ?? '' }
    return anyone(
      '/checkout',
      actionCall(actionId('app/checkout/actions.ts', 'orderAction'), fields, headers),
    )
  }
  expect((await post('')).text).toContain('captcha_required')
  expect((await post('x')).text).toContain('captcha_failed')
  expect((await post(await proofOf(buyer, sale))).text).toContain('awaiting_payment')
})

test('a sale that asks for nothing has no work to give, and there is no token to exchange', async ({
  newBuyer,
  mint,
}) => {
  const plain = await mint()
  const buyer = newBuyer()
  expectRefused(await buyer.send('GET', `/sales/${plain.slug}/challenge`), 'not_found')
  const sale = await mint({ proof: 'order' })
  expectRefused(await buyer.send('POST', `/sales/${sale.slug}/proof`, { json: { token: 'x' } }), 'not_found')
})
