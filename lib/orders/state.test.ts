import { randomBytes } from 'node:crypto'
import { and, eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ledgerOrderStates, orders, payments } from '../../db/schema'
import { cards, mintSale, openShop, orderRecord, type Shop } from '../../tests/shop'
import { newBuyerId, newHoldId } from '../id'
import { pay } from '../payments/pay'
import { cancelOrder } from './end'
import { endUnpaid, moveOrder, type OrderState, transitions } from './state'

let shop: Shop
let saleId: string
beforeAll(async () => {
  shop = await openShop()
  saleId = (await mintSale(shop)).id
})
afterAll(() => shop.close())

/** An order in this state, without units: what only its state decides. */
async function orderIn(state: OrderState) {
  const id = `ord_${saleId.slice(4)}_${randomBytes(16).toString('base64url')}`
  await shop.db.insert(orders).values({
    ...{ saleId, id, buyerId: newBuyerId(), holdId: newHoldId(), bodyHash: 'b', state, totalMinor: 0 },
    ...{ currency: 'EUR', payBy: new Date(0), email: 'a@example.com', details: '{}', entryId: '0-1' },
    ...{ paidAt: state === 'paid' ? new Date() : null },
  })
  return orderRecord(shop, id)
}

/** What the design says; the table in the code has to say the same. */
const allowed = new Set([
  'awaiting_payment → capturing',
  'awaiting_payment → expired',
  'awaiting_payment → cancelled',
  'capturing → paid',
  'capturing → awaiting_payment',
])

test('I9: the table of transitions is the one of the design', () => {
  const table = ledgerOrderStates.flatMap((from) => transitions[from].map((to) => `${from} → ${to}`))
  expect(new Set(table)).toEqual(allowed)
  expect(table).toHaveLength(allowed.size)
})

test('I9: an illegal move throws and an outdated one is refused; both leave the row as it was', async () => {
  let moves = 0
  for (const state of ledgerOrderStates) {
    for (const from of ledgerOrderStates) {
      for (const to of ledgerOrderStates) {
        const row = await orderIn(state)
        const move = { saleId, orderId: row.id, from, to }
        if (!allowed.has(`${from} → ${to}`)) {
          await expect(moveOrder(shop.db, move)).rejects.toThrow('never moves')
          expect(await orderRecord(shop, row.id)).toEqual(row)
        } else if (state !== from) {
          expect(await moveOrder(shop.db, move)).toBe(false)
          expect(await orderRecord(shop, row.id)).toEqual(row)
        } else {
          expect(await moveOrder(shop.db, move)).toBe(true)
          const moved = await orderRecord(shop, row.id)
          expect(moved).toEqual({ ...row, state: to, paidAt: to === 'paid' ? expect.any(Date) : null })
          moves += 1
        }
      }
    }
  }
  expect(moves).toBe(allowed.size)
})

test('I9: cancelling and expiring end only an order that waits for payment', async () => {
  for (const state of ledgerOrderStates) {
    for (const to of ['cancelled', 'expired'] as const) {
      const row = await orderIn(state)
      const ended = await shop.db.transaction((tx) => endUnpaid(tx, { saleId, orderId: row.id, to }))
      expect(ended).toBe(state === 'awaiting_payment')
      expect((await orderRecord(shop, row.id)).state).toBe(ended ? to : state)
    }
    const row = await orderIn(state)
    expect(await cancelOrder(shop, row)).toBe(state === 'awaiting_payment')
  }
})

test('I9: an ended order takes no payment, and nothing is asked of the provider', async () => {
  for (const state of ['expired', 'cancelled', 'rejected'] as const) {
    const row = await orderIn(state)
    expect(await pay(shop, { order: row, card: cards.pays })).toEqual({ ok: false, reason: 'not_payable' })
    const begun = and(eq(payments.saleId, saleId), eq(payments.orderId, row.id))
    expect(await shop.db.select().from(payments).where(begun)).toEqual([])
    expect(await orderRecord(shop, row.id)).toEqual(row)
  }
})

test('I9: of 50 that move one order at once exactly one succeeds', async () => {
  for (const to of transitions.awaiting_payment) {
    const { id: orderId } = await orderIn('awaiting_payment')
    const moves = await Promise.all(
      Array.from({ length: 50 }, (_, i) => {
        const goal = transitions.awaiting_payment[i % 3] ?? to
        return moveOrder(shop.db, { saleId, orderId, from: 'awaiting_payment', to: goal })
      }),
    )
    expect(moves.filter(Boolean)).toHaveLength(1)
  }
})
