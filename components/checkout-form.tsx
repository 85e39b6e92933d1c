'use client'

import type { Route } from 'next'
import { useRouter } from 'next/navigation'
import { type FormEvent, useCallback, useEffect, useRef, useState } from 'react'
import type { Cart, Order, Sale } from '@/lib/contract'
import type { Reason, Refused, Result } from '@/lib/result'
import type { FormAction, Posted } from './action'
import { AddressFields } from './address-fields'
import { forgetCart, useCartExpired } from './cart-store'
import { lastOrder, orderAttempt, useCheckoutDraft } from './checkout-draft'
import { ExtendButton } from './extend-button'
import { useHeldCart } from './held-cart'
import { HoldTimer } from './hold-timer'
import { holdExpired, Refusal } from './refusal'
import { formatMinutes } from './time'
import { Button, ButtonLink } from './ui/button'
import { Notice } from './ui/notice'
import { useFormAction, useOnce } from './use-form-action'

type Props = {
  slug: string
  /** Null if the buyer has no cart in this sale (any more): after ordering without JavaScript the answer is still shown. */
  sale: Pick<Sale, 'holdSeconds' | 'paySeconds' | 'proof'> | null
  cart: Cart | null
  /** What the form was answered when it was posted without JavaScript, and what was in it. */
  posted?: Posted<Order> | null
  /** Made by the server for this page: pressing twice, going back or trying again makes one order. */
  idempotencyKey: string
  orderAction: FormAction<Order>
  extendAction: FormAction<Cart>
}

/** Answers after which the order may still have been placed by this or an earlier attempt. */
const undecided: Reason[] = ['try_again', 'internal', 'outdated']

const orderHref = (order: Order) => `/orders/${order.id}?t=${encodeURIComponent(order.token)}` as Route

/**
 * Turns a cart into an order. What was typed survives every refusal and the end of the cart's time; on success the
 * browser goes to the order, and without JavaScript a link leads there.
 */
export function CheckoutForm({
  slug,
  sale,
  cart: given,
  posted = null,
  idempotencyKey,
  orderAction,
  extendAction,
}: Props) {
  const router = useRouter()
  const formElement = useRef<HTMLFormElement>(null)
  const asksProof = sale?.proof === 'order'
  const { answer, form, pending, proof } = useFormAction(orderAction, posted?.answer, asksProof ? slug : null)
  const saveDraft = useCheckoutDraft(formElement)
  const expired = useCartExpired(slug)
  const [key, setKey] = useState(posted?.typed.idempotencyKey ?? idempotencyKey)
  const [unanswered, setUnanswered] = useState(false)
  const cart = useHeldCart(slug, given)

  useEffect(() => {
    const open = orderAttempt.open(slug)
    if (open) setKey(open)
    setUnanswered(open !== null)
  }, [slug])

  useOnce(answer, (next: Result<Order>) => {
    if (!next.ok) {
      if (undecided.includes(next.reason)) return
      // The server has decided about this key, so there is nothing left to ask again.
      orderAttempt.end(slug)
      setUnanswered(false)
      if (next.reason === 'key_reused') setKey(crypto.randomUUID())
      return
    }
    orderAttempt.end(slug)
    lastOrder.remember(slug, next.value.id)
    forgetCart(slug)
    router.push(orderHref(next.value))
  })

  const expire = useCallback(() => forgetCart(slug, true), [slug])

  if (answer?.ok) {
    return (
      <Notice
        tone="success"
        sentence="Your order is placed. Pay for it to make the numbers yours."
        action={<ButtonLink href={orderHref(answer.value)}>Go to your order</ButtonLink>}
      />
    )
  }
  if (!given && !unanswered && !answer) {
    return (
      <Notice
        tone="info"
        sentence="There is nothing to check out."
        next="Your cart is empty, or its time has run out. Nothing was charged."
        action={<ButtonLink href={slug ? (`/sales/${slug}` as Route) : '/'}>Back to the sale</ButtonLink>}
      />
    )
  }

  const gone = cart === null && !unanswered
  const refusal: Refused | null = gone && expired ? holdExpired : answer
  const submit = (event: FormEvent<HTMLFormElement>) => {
    if (gone) return event.preventDefault()
    saveDraft()
    orderAttempt.begin(slug, key)
    form.onSubmit(event)
  }
  return (
    <div className="grid gap-6">
      {cart && sale && (
        <HoldTimer
          slug={slug}
          held={cart}
          label="Time left on your cart"
          onExpire={expire}
          extend={
            <ExtendButton
              slug={slug}
              holdSeconds={sale.holdSeconds}
              left={cart.extensions}
              action={extendAction}
            />
          }
        />
      )}
      {refusal && <CheckoutRefusal refused={refusal} slug={slug} />}
      {!refusal && unanswered && (
        <Notice
          tone="info"
          sentence="We did not get the answer to your last order."
          next="Place it again to see it. It never becomes two orders."
        />
      )}
      <form ref={formElement} {...form} onSubmit={submit} onInput={saveDraft} className="grid gap-5">
        <input type="hidden" name="slug" value={slug} />
        <input type="hidden" name="idempotencyKey" value={key} />
        <AddressFields errors={answer?.fields} typed={posted?.typed} />
        {proof}
        {asksProof && (
          <noscript>
            <p>
              This sale asks for a little work that shows that a browser is there, which only JavaScript can
              do. Please switch it on for this page: your units stay held meanwhile.
            </p>
          </noscript>
        )}
        <Button size="large" pending={pending} unavailable={gone}>
          Place order
        </Button>
        <p className="text-muted text-sm">
          You pay on the next page
          {sale && `, within ${formatMinutes(sale.paySeconds)}`}. Nothing is charged before that.
        </p>
      </form>
    </div>
  )
}

function CheckoutRefusal({ refused: refusal, slug }: { refused: Refused; slug: string }) {
  const orderId = refusal.reason === 'already_ordered' ? lastOrder.of(slug) : null
  const back = orderId ? (
    <ButtonLink href={`/orders/${orderId}` as Route} look="quiet" size="small">
      Go to your order
    </ButtonLink>
  ) : undefined
  return <Refusal refused={refusal} saleSlug={slug} action={back} focus />
}
