import { expect } from '@playwright/test'
import { eq, isNotNull, sql } from 'drizzle-orm'
import { orders, payments, units } from '../../db/schema'
import type { Context } from '../../lib/context'
import type { Cart } from '../../lib/contract'
import { findCart } from '../../lib/holds/find'
import { readLive } from '../../lib/sales/live'
import type { SaleRecord } from '../../lib/sales/record'

/** Everything a call could have changed in a sale: its counts, one buyer's cart, and the ledger. */
async function snapshot(ctx: Context, sale: SaleRecord, buyerId: string) {
  const [live, cart, placed, paid, owned] = await Promise.all([
    readLive(ctx, sale),
    findCart(ctx, { sale, buyerId }),
    ctx.db
      .select({ id: orders.id, state: orders.state })
      .from(orders)
      .where(eq(orders.saleId, sale.id))
      .orderBy(orders.id),
    ctx.db
      .select({ id: payments.id, state: payments.state })
      .from(payments)
      .where(eq(payments.saleId, sale.id))
      .orderBy(payments.id),
    ctx.db
      .select({ item: units.itemId, number: units.number, order: units.orderId })
      .from(units)
      .where(sql`${eq(units.saleId, sale.id)} and ${isNotNull(units.orderId)}`)
      .orderBy(units.itemId, units.number),
  ])
  return { items: live?.items, cart: cart.ok ? atRest(cart.value) : cart, placed, paid, owned }
}

/** While a sale is paused the deadline of its carts moves with the clock. */
function atRest({ now, deadline, ...held }: Cart) {
  return { ...held, ends: held.frozen ? Date.parse(deadline) - Date.parse(now) : deadline }
}

/** Does something to a sale, and asserts that nothing of it changed. */
export async function unchanged<T>(
  ctx: Context,
  sale: SaleRecord,
  { buyerId }: { buyerId: string },
  attack: () => Promise<T>,
): Promise<T> {
  const before = await snapshot(ctx, sale, buyerId)
  const result = await attack()
  expect(await snapshot(ctx, sale, buyerId), 'nothing changed').toEqual(before)
  return result
}
