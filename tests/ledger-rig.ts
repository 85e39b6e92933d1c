import { sql } from 'drizzle-orm'
import { expect } from 'vitest'
import { isLedgerBusy } from '../db/postgres'
import { newBuyerId } from '../lib/id'
import { claimNext } from '../lib/orders/claim-next'
import { order } from '../lib/orders/order'
import type { SaleRecord } from '../lib/sales/record'
import { refusalFor } from '../lib/web/faults'
import { startLedgerProxy, through } from './ledger-proxy'
import { granted, hold } from './purchase'
import { checkout, openShop, until } from './shop'

/** A shop, and a second server of it whose way to the ledger can be disturbed. */
export async function openLedgerRig() {
  const shop = await openShop()
  const { hostname, port } = new URL(shop.databaseUrl)
  const proxy = await startLedgerProxy({ host: hostname, port: Number(port) })
  const server = await openShop({ DATABASE_URL: through(shop.databaseUrl, proxy.port) })

  /** The states of a sale's orders, as the ledger has them. */
  async function statesOf(sale: SaleRecord): Promise<string[]> {
    const rows = await shop.db.execute<{ state: string }>(
      sql`select state from orders where sale_id = ${sale.id}`,
    )
    return rows.map((row) => row.state)
  }

  return {
    ...{ shop, server, proxy, statesOf },

    /** A verb that the ledger left without an answer: it does not know, and its buyer is told to try again. */
    async expectTryAgain(verb: Promise<unknown>) {
      const error = await verb.then(
        () => expect.fail('The verb said yes.'),
        (thrown: unknown) => thrown,
      )
      expect(isLedgerBusy(error)).toBe(true)
      const told = { ok: false, reason: 'try_again', retryAfterSeconds: 1 }
      expect(refusalFor(shop, 'a test', error)).toEqual(told)
    },

    /** A buyer orders two units on that server once the trouble has begun. */
    async orderDuring(sale: SaleRecord, trouble: () => unknown) {
      const mine = { sale, buyerId: newBuyerId(), idempotencyKey: 'key-00000001', checkout }
      await hold(server, sale, { ...mine, quantity: 2 })
      await trouble()
      const before = performance.now()
      const made = granted(await order(server, mine))
      return { made, mine, tookMs: performance.now() - before }
    },

    /** Works as the worker of another server does, whose ledger is fine, until this many orders are decided. */
    untilDecided: (sale: SaleRecord, count: number) =>
      until('every order to be decided', async () => {
        await claimNext(shop, sale.id, 'new')
        await claimNext(shop, sale.id, 'left')
        return (await statesOf(sale)).length === count
      }),

    async close() {
      await Promise.all([shop.close(), server.close()])
      await proxy.close()
    },
  }
}
