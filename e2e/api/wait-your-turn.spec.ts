import { challengeSchema, placeSchema, turnSchema } from '../../lib/contract'
import type { SaleRecord } from '../../lib/sales/record'
import { solve } from '../../lib/solve-challenge'
import { itemOf, until } from '../../tests/shop'
import { type Buyer, expectRefused, granted, test } from '../rig/api'
import { actionCall, actionId } from '../rig/forms'
import { expect } from '../rig/test'

const room = (sale: SaleRecord, rest = '') => `/sales/${sale.slug}/room${rest}`

/** The work a buyer is given, done. */
async function proofOf(buyer: Buyer, sale: SaleRecord): Promise<string> {
  const { work } = granted(await buyer.send('GET', `/sales/${sale.slug}/challenge`), challengeSchema)
  if (!work) throw new Error('The shop has no work to do.')
  return solve(work)
}

const joinWith = (buyer: Buyer, sale: SaleRecord, captcha?: string) =>
  buyer.send('POST', room(sale), { json: captcha === undefined ? {} : { captcha } })

async function ticketOf(buyer: Buyer, sale: SaleRecord): Promise<string> {
  return granted(await joinWith(buyer, sale, await proofOf(buyer, sale)), placeSchema).ticket
}

const turnOf = (buyer: Buyer, sale: SaleRecord, ticket: string) =>
  buyer.send('POST', room(sale, '/admission'), { json: { ticket } })

async function admissionOf(buyer: Buyer, sale: SaleRecord): Promise<string> {
  const ticket = await ticketOf(buyer, sale)
  const admitted = async () => {
    const turn = granted(await turnOf(buyer, sale, ticket), turnSchema)
    return 'admission' in turn && turn.admission
  }
  return until('the turn of a shopper', admitted, 30_000)
}

const reserveWith = (buyer: Buyer, sale: SaleRecord, admission: string) =>
  buyer.send('PUT', `/sales/${sale.slug}/cart/items/${itemOf(sale)}`, {
    ...{ json: { quantity: 1 }, headers: { admission } },
  })

test('I17: nobody reserves without an admission of their own, by the API or by the page', async ({
  newBuyer,
  anyone,
  mint,
  baseURL,
}) => {
  const sale = await mint({ room: true })
  const [buyer, other] = [newBuyer(), newBuyer()]
  expectRefused(await buyer.reserve(sale, 1), 'not_admitted')
  const admission = await admissionOf(buyer, sale)
  for (const wrong of ['', 'x', admission.slice(1), `${admission}x`, admission.replace(/^\d/, '9')]) {
    expectRefused(await reserveWith(buyer, sale, wrong), 'not_admitted')
  }
  expectRefused(await reserveWith(other, sale, admission), 'not_admitted')
  const elsewhere = await mint({ room: true })
  expectRefused(await reserveWith(buyer, elsewhere, admission), 'not_admitted')

  const fields = [
    ['slug', sale.slug],
    ['itemId', itemOf(sale)],
    ['quantity', '1'],
  ] as const
  const post = (cookie: string) =>
    anyone(
      `/sales/${sale.slug}`,
      actionCall(actionId('app/sales/[slug]/actions.ts', 'reserveAction'), fields, {
        ...{ cookie, origin: baseURL ?? '' },
      }),
    )
  expect((await post(buyer.cookie)).text).toContain('not_admitted')
  expect((await buyer.cart(sale)).status).toBe(404)
  const answered = await post(`${buyer.cookie}; admission-${sale.slug}=${admission}`)
  expect(answered.text).not.toContain('not_admitted')
  expect((await buyer.cart(sale)).status).toBe(200)
  expect((await reserveWith(buyer, sale, admission)).status).toBe(200)
  // Whoever gives units back needs no leave.
  expect((await buyer.reserve(sale, 0)).status).toBe(200)
})

test('joining takes a proof that was made for this buyer and this sale', async ({ newBuyer, mint }) => {
  const [sale, elsewhere] = [await mint({ room: true }), await mint({ room: true })]
  const [buyer, other] = [newBuyer(), newBuyer()]
  const proof = await proofOf(buyer, sale)
  expectRefused(await joinWith(buyer, sale), 'captcha_required')
  for (const wrong of ['x', proof.slice(4), Buffer.from('{}').toString('base64')]) {
    expectRefused(await joinWith(buyer, sale, wrong), 'captcha_failed')
  }
  const { challenge, solution } = JSON.parse(Buffer.from(proof, 'base64').toString())
  const edited = (change: object) =>
    Buffer.from(JSON.stringify({ challenge, solution, ...change })).toString('base64')
  const cheaper = { ...challenge, parameters: { ...challenge.parameters, cost: 1 } }
  expectRefused(await joinWith(buyer, sale, edited({ challenge: cheaper })), 'captcha_failed')
  expectRefused(await joinWith(newBuyer(), sale, proof), 'captcha_failed')
  expectRefused(await joinWith(other, elsewhere, proof), 'captcha_failed')
  expectRefused(await joinWith(buyer, elsewhere, proof), 'captcha_failed')
  expect((await joinWith(buyer, sale, proof)).status).toBe(200)
})

test('a sale without a room has none, and a ticket of somebody else opens nothing', async ({
  newBuyer,
  mint,
}) => {
  const plain = await mint()
  const [buyer, other] = [newBuyer(), newBuyer()]
  expectRefused(await buyer.send('GET', `/sales/${plain.slug}/challenge`), 'not_found')
  expectRefused(await joinWith(buyer, plain, 'x'), 'not_found')
  expectRefused(await turnOf(buyer, plain, 'd.x'), 'not_found')
  const sale = await mint({ room: true })
  const ticket = await ticketOf(buyer, sale)
  expectRefused(await turnOf(other, sale, ticket), 'forbidden')
  expectRefused(await turnOf(buyer, sale, `${ticket}x`), 'forbidden')
})
