import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { payments } from '../../db/schema'
import { buyersView, lapsed } from '../../tests/late-yes'
import { deliverWebhooks, makeUnheardOf, silentAfter } from '../../tests/provider'
import { decided, granted, hold, intentsOf } from '../../tests/purchase'
import { checkoutOf, mintSale, openShop, type Shop } from '../../tests/shop'
import { expectSound } from '../../tests/sound'
import { sweepPayments } from './sweep'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.close())

test('I5: a crash after the new order was made and before the payment moved: the next run finds that order', async () => {
  const sale = await mintSale(shop, { allocation: 1 })
  const made = await lapsed(shop, sale)
  const [payment] = await shop.db.select().from(payments).where(eq(payments.orderId, made.id))
  await hold(shop, sale, { buyerId: made.buyerId })
  const idempotencyKey = `late:${payment?.id}`
  const begun = granted(
    await decided(shop, { sale, buyerId: made.buyerId, idempotencyKey, checkout: checkoutOf(made.buyerId) }),
  )
  await deliverWebhooks(shop)
  expect((await buyersView(shop, made)).payment).toMatchObject({ late: 'moved', movedToOrderId: begun.id })
  expect(await intentsOf(shop, begun.id)).toMatchObject([{ captures: 1, voids: 0 }])
  expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 1, free: 0 })
})

test('I5: a crash after the payment moved and before it was captured: the worker captures it once', async () => {
  const sale = await mintSale(shop, { allocation: 1 })
  const made = await lapsed(shop, sale)
  await deliverWebhooks(silentAfter(shop, 'capture'))
  const { payment } = await buyersView(shop, made)
  expect(payment).toMatchObject({ state: 'processing', late: 'moved' })
  const movedTo = payment?.movedToOrderId ?? ''
  await makeUnheardOf(shop, movedTo)
  await sweepPayments(shop)
  expect((await buyersView(shop, { ...made, id: movedTo })).state).toBe('paid')
  expect(await intentsOf(shop, movedTo)).toMatchObject([{ captures: 1, voids: 0 }])
  expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 1, free: 0 })
})
