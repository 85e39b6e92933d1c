import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { claimNext } from '../lib/orders/claim-next'
import { cancelOrder, expireOrders } from '../lib/orders/end'
import { sweepPayments } from '../lib/payments/sweep'
import { newMemory, reconcile } from '../lib/repairs/reconcile'
import { controlSale } from '../lib/sales/control'
import type { SaleRecord } from '../lib/sales/record'
import { openLedgerRig } from './ledger-rig'
import { makeUnheardOf } from './provider'
import { bought, granted, intentsOf, payFor, placed, queued } from './purchase'
import { makeOverdue, mintSale, orderRecord, reload, type Shop, until } from './shop'
import { expectSound } from './sound'

let rig: Awaited<ReturnType<typeof openLedgerRig>>
let shop: Shop
/** Its COMMITs get lost on request. */
let server: Shop
beforeAll(async () => {
  rig = await openLedgerRig()
  shop = rig.shop
  server = rig.server
})
afterEach(() => {
  expect(rig.proxy.lostIt(), 'what was to get lost got lost').toBe(true)
})
afterAll(() => rig.close())

const stateOf = async (orderId: string) => (await orderRecord(shop, orderId)).state

/** What the worker does when time has passed. */
async function mend(sale: SaleRecord) {
  const memory = newMemory()
  await reconcile(shop, sale.id, memory)
  await reconcile(shop, sale.id, memory)
}

describe.each(['before', 'after'] as const)('a COMMIT that is lost %s the ledger did it', (when) => {
  test('I12: a claim: taken over, each order is made once (fault 20)', async () => {
    const sale = await mintSale(shop)
    const made = [await queued(shop, sale, { quantity: 2 }), await queued(shop, sale)]
    rig.proxy.loseCommit(when)
    await rig.expectTryAgain(claimNext(server, sale.id, 'new'))
    await until('the entries to be taken over', async () => (await claimNext(shop, sale.id, 'left')) === 2)
    for (const { id } of made) expect(await stateOf(id)).toBe('awaiting_payment')
    expect(await expectSound(shop, sale.id)).toMatchObject({ unpaid: 3, free: 7 })
  })

  test('I15: a cancellation: repeated, the order is cancelled once and its units are free', async () => {
    const sale = await mintSale(shop)
    const record = await orderRecord(shop, (await placed(shop, sale, { quantity: 2 })).id)
    rig.proxy.loseCommit(when)
    await rig.expectTryAgain(cancelOrder(server, record))
    expect(await cancelOrder(server, record)).toBe(when === 'before')
    expect(await stateOf(record.id)).toBe('cancelled')
    await mend(sale)
    expect(await expectSound(shop, sale.id)).toMatchObject({ free: 10 })
  })

  test('I15: an expiry: repeated, the orders are expired once and their units are free', async () => {
    const sale = await mintSale(shop)
    const made = [await placed(shop, sale), await placed(shop, sale)]
    for (const { id } of made) await makeOverdue(shop, id)
    rig.proxy.loseCommit(when)
    await rig.expectTryAgain(expireOrders(server, sale.id))
    expect(await expireOrders(server, sale.id)).toBe(when === 'before' ? 2 : 0)
    await mend(sale)
    expect(await expectSound(shop, sale.id)).toMatchObject({ free: 10 })
  })

  test.each([1, 2])(
    'I3: paying, at its step no. %i: the worker finds out, and the money is taken once',
    async (nth) => {
      const sale = await mintSale(shop)
      const { id } = await placed(shop, sale)
      // To capturing, and to paid: payment and order in one statement.
      rig.proxy.loseCommit(when, nth, 'with "locked"')
      await rig.expectTryAgain(payFor(server, id))
      expect(rig.proxy.lostIt()).toBe(true)
      const again = await payFor(server, id)
      expect(['paid', 'processing']).toContain(again.state)
      await makeUnheardOf(shop, id)
      await sweepPayments(shop)
      expect(await stateOf(id)).toBe('paid')
      expect(await intentsOf(shop, id)).toMatchObject([{ captures: 1, voids: 0 }])
      await mend(sale)
      expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 1, free: 9 })
    },
  )

  test('I11: a pause: repeated, the sale is paused once and goes on when it is resumed', async () => {
    const sale = await mintSale(shop)
    rig.proxy.loseCommit(when)
    await rig.expectTryAgain(controlSale(server, sale.id, { pause: true }))
    granted(await controlSale(server, sale.id, { pause: true }))
    expect((await reload(shop, sale.id)).pausedAt).not.toBeNull()
    granted(await controlSale(server, sale.id, { resume: true }))
    await bought(shop, sale)
    expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 1 })
  })
})
