'use client'

import { useRef } from 'react'
import type { Order, Payment } from '@/lib/contract'
import { messages } from '@/lib/messages'
import { formatMoney } from '@/lib/money'
import { refused } from '@/lib/result'
import type { FormAction } from './action'
import { Ticking } from './countdown'
import { Refusal } from './refusal'
import { SaleTime } from './sale-time'
import { TestCards } from './test-cards'
import { Button } from './ui/button'
import { Field } from './ui/field'
import { Notice } from './ui/notice'
import { Spinner } from './ui/spinner'
import { useFormAction, useOnce } from './use-form-action'

type Props = {
  order: Order
  /** No real money moves: test cards are offered. */
  sandbox: boolean
  payAction: FormAction<Payment>
  confirmAction: FormAction<Payment>
  /** Reads the order again: it tells what became of the payment. */
  onAnswer: () => void
}

const declined = refused('declined')

/**
 * Takes the payment of an order that waits for it. A second press while one runs does nothing, and the server makes
 * one charge whatever is pressed. A declined card leaves the units held; the form says for how long.
 */
export function PayForm({ order, sandbox, payAction, confirmAction, onAnswer }: Props) {
  const card = useRef<HTMLInputElement>(null)
  const pay = useFormAction(payAction)
  const confirm = useFormAction(confirmAction)
  useOnce(pay.answer, onAnswer)
  useOnce(confirm.answer, onAnswer)

  const state = order.payment?.state
  const refusal = pay.answer && !pay.answer.ok ? pay.answer : state === 'declined' ? declined : null
  const amount = formatMoney({ minor: order.totalMinor, currency: order.currency })
  const orderId = <input type="hidden" name="orderId" value={order.id} />

  if (state === 'processing') {
    return (
      <p role="status" className="flex items-center gap-3 rounded-2xl bg-warn-soft p-4 font-semibold">
        <Spinner className="size-5 shrink-0" />
        Your payment is being processed. Your numbers stay reserved meanwhile.
      </p>
    )
  }
  if (state === 'requires_action') {
    return (
      <form {...confirm.form} className="grid gap-4">
        {orderId}
        <Notice
          tone="info"
          focus
          sentence="Your bank asks you to confirm this payment."
          next="Nothing is charged until you do."
        />
        {confirm.answer && !confirm.answer.ok && (
          <Refusal refused={confirm.answer} saleSlug={order.saleSlug} focus />
        )}
        <Button size="large" pending={confirm.pending}>
          Confirm payment
        </Button>
      </form>
    )
  }
  return (
    <form {...pay.form} className="grid gap-5">
      {orderId}
      <Field
        ref={card}
        label="Card number"
        name="card"
        inputMode="numeric"
        autoComplete="cc-number"
        required
        maxLength={24}
        pattern="[0-9 ]{12,24}"
        title="12 to 19 digits"
        className="figures text-lg tracking-wide"
        error={refusal?.fields?.card}
      />
      {refusal && <PayRefusal refusal={refusal} order={order} />}
      <Button size="large" pending={pay.pending}>
        Pay {amount}
      </Button>
      {sandbox && (
        <TestCards
          onPick={(number) => {
            if (card.current) card.current.value = number
          }}
        />
      )}
    </form>
  )
}

function PayRefusal({ refusal, order }: { refusal: ReturnType<typeof refused>; order: Order }) {
  if (refusal.reason !== 'declined' || order.payBy === null) {
    return <Refusal refused={refusal} saleSlug={order.saleSlug} focus />
  }
  return (
    <Notice
      tone="refusal"
      focus={refusal}
      sentence={messages.declined.sentence}
      next={
        <>
          {messages.declined.next} Still holding:{' '}
          <Ticking
            until={order.payBy}
            className="font-bold"
            fallback={
              <>
                until <SaleTime at={order.payBy} />
              </>
            }
          />
        </>
      }
    />
  )
}
