import { cartSchema, orderSchema, paymentSchema } from '../../lib/contract'
import { intentsOf } from '../../tests/purchase'
import { cards, makeOverdue } from '../../tests/shop'
import { type Buyer, expectRefused, granted, test } from '../rig/api'
import { unchanged } from '../rig/snapshot'
import { expect } from '../rig/test'

async function ordered(buyer: Buyer, sale: Parameters<Buyer['order']>[0]): Promise<string> {
  granted(await buyer.reserve(sale, 1), cartSchema)
  return granted(await buyer.order(sale), orderSchema, 201).id
}

test('a good card pays at once, and again is the same payment', async ({ newBuyer, mint, ctx }) => {
  const sale = await mint({ priceMinor: 4200 })
  const buyer = newBuyer()
  const id = await ordered(buyer, sale)
  const answers = await Promise.all(Array.from({ length: 8 }, () => buyer.pay(id)))
  for (const answer of answers) expect(['paid', 'processing']).toContain(granted(answer, paymentSchema).state)
  await expect.poll(async () => (await buyer.read(id)).json).toMatchObject({ state: 'paid', units: [1] })
  expect(granted(await buyer.pay(id, cards.declined), paymentSchema), 'it is paid, whatever comes').toEqual({
    state: 'paid',
  })
  expect(await intentsOf(ctx, id)).toMatchObject([{ captures: 1, voids: 0, amountMinor: 4200 }])
  await unchanged(ctx, sale, buyer, async () => {
    expectRefused(await buyer.cancel(id), 'not_payable')
    granted(await buyer.confirm(id), paymentSchema)
  })
})

test('a declined card is told, and another one pays', async ({ newBuyer, mint, ctx }) => {
  const sale = await mint()
  const buyer = newBuyer()
  const id = await ordered(buyer, sale)
  expect(granted(await buyer.pay(id, cards.declined), paymentSchema)).toEqual({ state: 'declined' })
  expect(granted(await buyer.read(id), orderSchema)).toMatchObject({
    state: 'awaiting_payment',
    payment: { state: 'declined' },
  })
  expect(granted(await buyer.pay(id), paymentSchema).state).toBe('paid')
  expect((await intentsOf(ctx, id)).map(({ captures }) => captures)).toEqual([0, 1])
})

test('a card that asks for a confirmation takes money after it; another card replaces it', async ({
  newBuyer,
  mint,
  ctx,
}) => {
  const sale = await mint()
  const [patient, hasty] = [newBuyer(), newBuyer()]
  const id = await ordered(patient, sale)
  expectRefused(await patient.confirm(id), 'not_payable')
  const asked = granted(await patient.pay(id, cards.asks), paymentSchema)
  expect(asked).toEqual({
    state: 'requires_action',
    action: { type: 'confirm', url: `/api/v1/orders/${id}/payments/confirmation` },
  })
  expect(granted(await patient.confirm(id), paymentSchema).state).toBe('paid')

  const second = await ordered(hasty, sale)
  await hasty.pay(second, cards.asks)
  expect(granted(await hasty.pay(second), paymentSchema).state).toBe('paid')
  expect((await intentsOf(ctx, second)).map(({ captures, voids }) => [captures, voids])).toEqual([
    [0, 1],
    [1, 0],
  ])
})

test('an order whose time ran out takes no money', async ({ newBuyer, mint, ctx }) => {
  const sale = await mint({ allocation: 1 })
  const [late, next] = [newBuyer(), newBuyer()]
  const id = await ordered(late, sale)
  await makeOverdue(ctx, id)
  await expect.poll(async () => (await late.read(id)).json).toMatchObject({ state: 'expired', units: [] })
  expectRefused(await late.pay(id), 'not_payable')
  expectRefused(await late.cancel(id), 'not_payable')
  expect(await intentsOf(ctx, id)).toEqual([])
  await expect.poll(async () => (await next.reserve(sale, 1)).status).toBe(200)
})

test('what is no card is refused, and no payment begins', async ({ newBuyer, mint, ctx }) => {
  const sale = await mint()
  const buyer = newBuyer()
  const id = await ordered(buyer, sale)
  await unchanged(ctx, sale, buyer, async () => {
    for (const card of [
      '4242',
      '4242 4242 4242 4242',
      4242424242424242,
      null,
      'x'.repeat(16),
      '٤'.repeat(16),
    ]) {
      expectRefused(await buyer.pay(id, card), 'invalid_input', ['method.card'])
    }
  })
  const path = `/orders/${id}/payments`
  await unchanged(ctx, sale, buyer, async () => {
    const priced = { method: { card: cards.pays }, amountMinor: 1 }
    expectRefused(await buyer.send('POST', path, { json: priced }), 'invalid_input', ['amountMinor'])
    const nested = { method: { card: cards.pays, amountMinor: 1 } }
    expectRefused(await buyer.send('POST', path, { json: nested }), 'invalid_input', ['method.amountMinor'])
  })
})
