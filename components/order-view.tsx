'use client'

import type { Route } from 'next'
import { useCallback } from 'react'
import type { Order, Payment } from '@/lib/contract'
import type { Result } from '@/lib/result'
import type { FormAction } from './action'
import { CancelOrder } from './cancel-order'
import { HoldTimer } from './hold-timer'
import { OrderStatus } from './order-status'
import { OrderSummary } from './order-summary'
import { OrderUnits } from './order-units'
import { PayForm } from './pay-form'
import { Refusal } from './refusal'
import { ButtonLink } from './ui/button'
import { Card } from './ui/card'
import { useOrder } from './use-order'

type Props = {
  order: Order
  /** Item → how many units exist of it. */
  allocations: Record<string, number>
  /** What a form of this page was answered when it was posted without JavaScript. */
  posted?: Result<unknown> | null
  sandbox: boolean
  payAction: FormAction<Payment>
  confirmAction: FormAction<Payment>
  cancelAction: FormAction<Order>
}

/** An order from its first second to its end: its plates, what it waits for, and what to do about it. */
export function OrderView({
  order: given,
  allocations,
  posted = null,
  sandbox,
  payAction,
  confirmAction,
  cancelAction,
}: Props) {
  const { order, reread } = useOrder(given)
  const readAgain = useCallback(() => void reread(), [reread])
  const waiting = order.state === 'awaiting_payment'
  const working = order.state === 'confirming' || order.state === 'capturing'
  const ended = order.state === 'expired' || order.state === 'cancelled' || order.state === 'rejected'
  const moved = order.payment?.movedToOrderId
  const plates = (
    <OrderUnits
      lines={order.lines}
      allocations={allocations}
      state={order.state === 'paid' ? 'owned' : 'reserved'}
      engraving={order.number === null ? order.saleTitle : `${order.saleTitle} · Order ${order.number}`}
    />
  )
  return (
    <div className="grid gap-10">
      <OrderStatus order={order} />
      {/* The payment form itself says that a card was declined. */}
      {posted && !posted.ok && posted.reason !== 'declined' && (
        <Refusal refused={posted} saleSlug={order.saleSlug} />
      )}
      {!ended && !waiting && plates}
      <div className="grid items-start gap-6 lg:grid-cols-2">
        {waiting && (
          <Card className="grid gap-6">
            <h2 className="font-bold text-xl tracking-tight">Payment</h2>
            {order.payBy !== null && (
              <HoldTimer
                slug={order.saleSlug}
                held={{ now: order.now, deadline: order.payBy }}
                label="Time left to pay"
                onExpire={readAgain}
              />
            )}
            <PayForm
              order={order}
              sandbox={sandbox}
              payAction={payAction}
              confirmAction={confirmAction}
              onAnswer={readAgain}
            />
          </Card>
        )}
        <div className="grid gap-6">
          {waiting && plates}
          <OrderSummary order={order}>
            {waiting && order.payment?.state !== 'processing' && (
              <CancelOrder order={order} action={cancelAction} onAnswer={readAgain} />
            )}
          </OrderSummary>
        </div>
      </div>
      <div className="flex flex-wrap gap-3">
        {moved && <ButtonLink href={`/orders/${moved}` as Route}>Go to the new order</ButtonLink>}
        {ended && !moved && (
          <ButtonLink href={`/sales/${order.saleSlug}` as Route}>Back to the sale</ButtonLink>
        )}
        {order.state === 'paid' && (
          <ButtonLink href="/" look="quiet">
            See other sales
          </ButtonLink>
        )}
        {(working || order.payment?.state === 'processing') && (
          <a
            href={`/orders/${order.id}?t=${encodeURIComponent(order.token)}`}
            className="inline-flex min-h-11 items-center font-semibold underline underline-offset-4"
          >
            Check again
          </a>
        )}
      </div>
    </div>
  )
}
