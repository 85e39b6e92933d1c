import { afterAll, beforeAll, expect, test } from 'vitest'
import { bought, confirmFor, granted, intentsOf, payFor, placed } from '../../tests/purchase'
import { cards, mintSale, newBuyers, openShop, orderRecord, type Shop } from '../../tests/shop'
import { expectSound } from '../../tests/sound'
import { cancelOrder } from '../orders/end'
import { readOrder } from '../orders/read'
import { confirmPayment, pay } from './pay'

let shop: Shop
let twin: Shop
beforeAll(async () => {
  shop = await openShop()
  twin = await openShop({ DATABASE_URL: shop.databaseUrl })
})
afterAll(() => Promise.all([shop.close(), twin.close()]))

test('I3: an order paid 20 times at once, in two processes, is charged once', async () => {
  const sale = await mintSale(shop)
  const { id } = await placed(shop, sale, { quantity: 2 })
  const order = await orderRecord(shop, id)
  const results = await Promise.all(
    Array.from({ length: 20 }, (_, i) => pay(i % 2 ? shop : twin, { order, card: cards.pays })),
  )
  for (const result of results) expect(['paid', 'processing']).toContain(granted(result).state)
  expect(await intentsOf(shop, id)).toMatchObject([{ captures: 1, voids: 0, amountMinor: 3980 }])
  expect(granted(await pay(shop, { order: await orderRecord(shop, id), card: cards.pays }))).toEqual({
    state: 'paid',
  })
  expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 2 })
})

test('I14: over a crowd with every test card, what was captured is what the paid orders cost', async () => {
  const sale = await mintSale(shop, { allocations: [30, 30], priceMinor: 1299 })
  const kinds = [cards.pays, cards.declined, cards.asks, cards.late, cards.pays]
  const made = await Promise.all(
    newBuyers(25).map((buyerId, i) => placed(shop, sale, { buyerId, item: i % 2, quantity: 1 + (i % 2) })),
  )
  const answers = await Promise.all(made.map(({ id }, i) => payFor(shop, id, kinds[i % 5])))
  await Promise.all(made.map(({ id }, i) => (i % 10 === 2 ? confirmFor(shop, id) : undefined)))
  await Promise.all(made.map(async ({ id }) => cancelOrder(twin, await orderRecord(shop, id))))
  expect(answers.filter(({ state }) => state === 'paid')).toHaveLength(10)
  const paid = made.filter((_, i) => i % 5 === 0 || i % 5 === 4 || i % 10 === 2)
  const units = paid.reduce((sum, order) => sum + order.units.length, 0)
  expect(await expectSound(shop, sale.id)).toMatchObject({ paid: units, free: 60 - units })
})

test('I3: a declined card charges nothing and leaves the units, and another card pays them', async () => {
  const sale = await mintSale(shop)
  const { id, buyerId } = await placed(shop, sale)
  expect(await payFor(shop, id, cards.declined)).toEqual({ state: 'declined' })
  expect(granted(await readOrder(shop, { orderId: id, buyerId }))).toMatchObject({
    ...{ state: 'awaiting_payment', units: [1], payment: { state: 'declined' } },
  })
  expect(await payFor(shop, id)).toEqual({ state: 'paid' })
  expect(await intentsOf(shop, id)).toMatchObject([{ captures: 0 }, { captures: 1 }])
  expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 1 })
})

test('I3: nothing is captured before the confirmation that a card asks for, and once after it', async () => {
  const sale = await mintSale(shop)
  const { id } = await placed(shop, sale)
  const asked = await payFor(shop, id, cards.asks)
  expect(asked).toMatchObject({ state: 'requires_action', action: { type: 'confirm' } })
  expect(await intentsOf(shop, id)).toMatchObject([{ captures: 0 }])
  const order = await orderRecord(shop, id)
  const confirmed = await Promise.all(Array.from({ length: 10 }, () => confirmPayment(shop, { order })))
  for (const each of confirmed) expect(['paid', 'processing']).toContain(granted(each).state)
  expect(await intentsOf(shop, id)).toMatchObject([{ captures: 1, voids: 0 }])
  expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 1 })
})

test('I3: another card replaces the one that waits for its confirmation, which is set free', async () => {
  const sale = await mintSale(shop)
  const { id } = await placed(shop, sale)
  await payFor(shop, id, cards.asks)
  expect(await payFor(shop, id, cards.asks)).toMatchObject({ state: 'requires_action' })
  expect(await payFor(shop, id, cards.pays)).toEqual({ state: 'paid' })
  expect(await intentsOf(shop, id)).toMatchObject([
    { captures: 0, voids: 1 },
    { captures: 1, voids: 0 },
  ])
  expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 1 })
})

test('I3: confirming when nothing asks for it is refused, and a paid order stays paid', async () => {
  const sale = await mintSale(shop)
  const unpaid = await orderRecord(shop, (await placed(shop, sale)).id)
  expect(await confirmPayment(shop, { order: unpaid })).toEqual({ ok: false, reason: 'not_payable' })
  const paid = await bought(shop, sale)
  expect(await confirmFor(shop, paid.id)).toEqual({ state: 'paid' })
  expect(await cancelOrder(shop, await orderRecord(shop, paid.id))).toBe(false)
  expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 1, unpaid: 1 })
})
