import { pipeline, Readable } from 'node:stream'
import { stringify } from 'csv-stringify'
import type { Context } from '../context'
import type { Checkout } from '../contract'
import { majorOf } from '../money'
import { type ExportedOrder, exportOrders, type OrderFilter } from './list'

const columns = [
  ...['number', 'id', 'sale', 'state', 'placed_at', 'paid_at', 'total', 'currency', 'units'],
  ...['email', 'name', 'line1', 'line2', 'postal_code', 'city', 'region', 'country', 'phone'],
]

function rowOf(order: ExportedOrder): Record<string, string | number | null | undefined> {
  const { postalCode, ...details } = JSON.parse(order.details) as Checkout
  return {
    ...details,
    ...{ number: order.number, id: order.id, sale: order.saleTitle, state: order.state },
    ...{ placed_at: order.placedAt.toISOString(), paid_at: order.paidAt?.toISOString() },
    ...{ total: majorOf({ minor: order.totalMinor, currency: order.currency }), currency: order.currency },
    ...{ units: order.units, email: order.email, postal_code: postalCode },
  }
}

/**
 * The orders that the filter asks for as a CSV file in UTF-8, one row each under a row of names, piece by piece as the
 * ledger is read. Times in UTC, totals in whole units of the currency with a point. A cell that a spreadsheet would take
 * for a formula begins with an apostrophe (attack 38): buyers write some of them. Fails where a reading fails,
 * so that a file which ends early is never taken for a whole one.
 */
export function writeOrdersCsv(ctx: Pick<Context, 'db'>, filter: OrderFilter): Readable {
  async function* records() {
    for await (const order of exportOrders(ctx, filter)) yield rowOf(order)
  }
  const rows = stringify({
    ...{ header: true, columns, escape_formulas: true, bom: true },
    record_delimiter: 'windows',
  })
  // An error reaches whoever reads the file; whoever stops reading it stops the questions to the ledger as well.
  return pipeline(Readable.from(records()), rows, () => {})
}
