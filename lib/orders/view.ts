import type { payments } from '../../db/schema'
import type { Context } from '../context'
import type { Order } from '../contract'
import type { SaleRecord } from '../sales/record'
import type { HoldLine } from '../units/hold-record'
import type { OrderRecord } from './read'
import { orderToken } from './token'

export type LineRow = {
  itemId: string
  title: string
  variant: string
  numbers: number[]
  priceMinor: number
}
export type PaymentRow = Pick<typeof payments.$inferSelect, 'orderId' | 'movedFromOrderId' | 'state'>

/** An order as the ledger tells it. */
export type Found = {
  row: OrderRecord
  slug: string
  title: string
  now: string
  shiftMs: number
  lines: LineRow[] | null
  payment: PaymentRow | null
}

/** The ledger's order as its buyer sees it. */
export function toOrder(
  ctx: Pick<Context, 'env'>,
  { row, slug, title, now, shiftMs, lines, payment }: Found,
): Order {
  const owns = row.state === 'awaiting_payment' || row.state === 'capturing' || row.state === 'paid'
  const shown = (lines ?? []).map(({ numbers, ...line }) => ({
    ...line,
    quantity: numbers.length,
    units: owns ? numbers.toSorted((a, b) => a - b) : [],
  }))
  return {
    id: row.id,
    number: row.number,
    state: row.state,
    refusal: row.refusal,
    now,
    payBy: owns ? new Date(row.payBy.getTime() + shiftMs).toISOString() : null,
    saleSlug: slug,
    saleTitle: title,
    lines: shown,
    units: shown.flatMap((line) => line.units),
    totalMinor: row.totalMinor,
    currency: row.currency,
    payment: payment ? paymentOf(row, payment) : null,
    token: orderToken(ctx.env.APP_SECRET, row.id),
  }
}

/** An order that the ledger does not have (yet). */
export function unclaimedOrder(
  ctx: Pick<Context, 'env'>,
  sale: SaleRecord,
  orderId: string,
  lines: HoldLine[],
  state: 'confirming' | 'rejected',
  nowMs: number,
): Order {
  const described = new Map(sale.items.map((item) => [item.id, item]))
  return {
    id: orderId,
    number: null,
    state,
    refusal: null,
    now: new Date(nowMs).toISOString(),
    payBy: null,
    saleSlug: sale.slug,
    saleTitle: sale.title,
    lines: lines.map((line) => ({
      itemId: line.item,
      title: described.get(line.item)?.title ?? '',
      variant: described.get(line.item)?.variant ?? '',
      quantity: line.numbers.length,
      units: [],
      priceMinor: line.price,
    })),
    units: [],
    totalMinor: lines.reduce((sum, line) => sum + line.numbers.length * line.price, 0),
    currency: sale.currency,
    payment: null,
    token: orderToken(ctx.env.APP_SECRET, orderId),
  }
}

function paymentOf(order: OrderRecord, payment: PaymentRow): Order['payment'] {
  const moved = payment.movedFromOrderId === order.id
  const ended = order.state === 'expired' || order.state === 'cancelled'
  return {
    state: buyerState(payment.state),
    late: moved ? 'moved' : ended && payment.state === 'voided' ? 'voided' : null,
    movedToOrderId: moved ? payment.orderId : null,
  }
}

/** What a payment's inner state means to its buyer. */
export function buyerState(
  state: (typeof payments.$inferSelect)['state'],
): 'processing' | 'requires_action' | 'paid' | 'declined' {
  if (state === 'captured') return 'paid'
  if (state === 'declined' || state === 'voided') return 'declined'
  return state === 'requires_action' ? 'requires_action' : 'processing'
}
