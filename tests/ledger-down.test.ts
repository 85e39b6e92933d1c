import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { reserve } from '../lib/holds/reserve'
import { newBuyerId } from '../lib/id'
import { cancelOrder } from '../lib/orders/end'
import { order } from '../lib/orders/order'
import { readOrder } from '../lib/orders/read'
import { pay } from '../lib/payments/pay'
import { openLedgerRig } from './ledger-rig'
import { granted, payFor, placed } from './purchase'
import { cards, checkoutOf, itemOf, mintSale, newBuyers, orderRecord, type Shop, until } from './shop'
import { expectSound } from './sound'

let rig: Awaited<ReturnType<typeof openLedgerRig>>
let shop: Shop
/** Its way to the ledger gets disturbed. */
let server: Shop
beforeAll(async () => {
  rig = await openLedgerRig()
  shop = rig.shop
  server = rig.server
})
afterEach(() => rig.proxy.pass())
afterAll(() => rig.close())

test('I16: with the ledger down carts can be filled, and an order is being confirmed until it is back', async () => {
  const sale = await mintSale(shop)
  const { made, mine } = await rig.orderDuring(sale, () => rig.proxy.refuse())
  expect(made).toMatchObject({ state: 'confirming', units: [], number: null })
  const held = await reserve(server, { sale, buyerId: newBuyerId(), itemId: itemOf(sale), quantity: 1 })
  expect(held.ok).toBe(true)
  // The same again, while it is still down: one order, and still no yes.
  expect(granted(await order(server, mine))).toMatchObject({ id: made.id, state: 'confirming' })
  await rig.expectTryAgain(readOrder(server, { orderId: made.id, buyerId: mine.buyerId }))
  await rig.proxy.pass()
  await rig.untilDecided(sale, 1)
  const confirmed = granted(await order(server, mine))
  expect(confirmed).toMatchObject({ id: made.id, state: 'awaiting_payment', units: [1, 2] })
  expect(await expectSound(shop, sale.id)).toMatchObject({ unpaid: 2, held: 1, free: 7 })
})

test.each(['is down', 'hangs up'])(
  'I16: with a ledger that %s paying and cancelling ask to try again, and neither happens',
  async (how) => {
    const sale = await mintSale(shop)
    const made = await placed(shop, sale)
    const record = await orderRecord(shop, made.id)
    await (how === 'is down' ? rig.proxy.refuse() : rig.proxy.hangUp())
    await rig.expectTryAgain(pay(server, { order: record, card: cards.pays }))
    await rig.expectTryAgain(cancelOrder(server, record))
    await rig.expectTryAgain(readOrder(server, { orderId: made.id, token: made.token }))
    await rig.proxy.pass()
    expect((await orderRecord(shop, made.id)).state).toBe('awaiting_payment')
    expect(await payFor(server, made.id)).toEqual({ state: 'paid' })
    expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 1 })
  },
)

test('I15: the ledger goes away and comes back in the middle of a rush: every order is decided, none twice', async () => {
  const sale = await mintSale(shop, { allocation: 40 })
  const rush = Promise.all(
    newBuyers(80).map(async (buyerId) => {
      const held = await reserve(server, { sale, buyerId, itemId: itemOf(sale), quantity: 1 })
      return held.ok
        ? order(server, {
            sale,
            buyerId,
            idempotencyKey: 'key-00000001',
            checkout: checkoutOf(buyerId),
          }).then(granted)
        : null
    }),
  )
  await until('the rush to begin', async () => (await rig.statesOf(sale)).length > 0)
  await rig.proxy.refuse()
  const made = (await rush).filter((each) => each !== null)
  expect(made).toHaveLength(40)
  await rig.proxy.pass()
  await rig.untilDecided(sale, 40)
  expect(new Set(await rig.statesOf(sale))).toEqual(new Set(['awaiting_payment']))
  expect(await expectSound(shop, sale.id)).toMatchObject({ unpaid: 40, free: 0 })
})
