'use client'

import type { Route } from 'next'
import { useCallback, useId, useState } from 'react'
import type { Cart, Sale, SaleItem } from '@/lib/contract'
import type { FormAction } from './action'
import { BuyReason } from './buy-reason'
import { buyState } from './buy-state'
import { forgetCart, useCartExpired, useConfirmedCart } from './cart-store'
import { ExtendButton } from './extend-button'
import { useHeldCart } from './held-cart'
import { HeldUnits } from './held-units'
import { HoldTimer } from './hold-timer'
import { Quantity } from './quantity'
import { holdExpired, Refusal } from './refusal'
import { useRoomPass } from './room-pass'
import { useServerTime } from './server-clock'
import { Button, ButtonLink } from './ui/button'
import { useFormAction } from './use-form-action'
import { useLive } from './use-live'

type Props = {
  sale: Pick<Sale, 'slug' | 'opensAt' | 'holdSeconds' | 'room'>
  item: Pick<SaleItem, 'id' | 'allocation' | 'limit'>
  reserveAction: FormAction<Cart>
  extendAction: FormAction<Cart>
}

/**
 * Where a shopper claims units of one item. The button follows the live state, but only the server decides: the form
 * works as static HTML without JavaScript, and a refusal is shown in place with its next step. Once units are held it
 * shows their numbers, the time left and the way to the cart.
 */
export function BuyBox({ sale, item, reserveAction, extendAction }: Props) {
  const { slug } = sale
  const reasonId = useId()
  const { answer, form, proof } = useFormAction(reserveAction)
  const ranOut = useCartExpired(slug)
  const [triedAgain, setTriedAgain] = useState(false)
  const { live } = useLive(slug)
  const state = useServerTime((now) => buyState(live, item.id, now)) ?? 'unknown'
  const cart = useHeldCart(slug, answer?.ok ? answer.value : null)
  const line = cart?.lines.find((one) => one.itemId === item.id)
  useConfirmedCart(slug)
  const pass = useRoomPass(slug)
  const isIn = useServerTime((now) => Date.parse(pass?.admittedUntil ?? '') > now) ?? false

  const open = state === 'open' || state === 'open_low' || state === 'unknown'
  const outdated = useReopened(answer, open)

  const expire = useCallback(() => forgetCart(slug, true), [slug])
  if (cart && triedAgain) setTriedAgain(false)
  const expired = ranOut && !triedAgain

  if (cart && line) {
    return (
      <section aria-label="In your cart" className="grid gap-4">
        <div className="grid gap-2">
          <p className="font-semibold text-lg">
            {line.units.length > 1 ? 'These are yours' : 'This one is yours'}
          </p>
          <HeldUnits units={line.units} />
        </div>
        {cart.lines[0]?.itemId === item.id && (
          <HoldTimer
            slug={slug}
            held={cart}
            label="Time left on your cart"
            onExpire={expire}
            extend={
              cart.extensions > 0 && (
                <ExtendButton
                  slug={slug}
                  holdSeconds={sale.holdSeconds}
                  left={cart.extensions}
                  action={extendAction}
                />
              )
            }
          />
        )}
        <ButtonLink href="/cart" size="large">
          Go to cart
        </ButtonLink>
      </section>
    )
  }

  const refusal = expired ? holdExpired : answer && !answer.ok && !outdated ? answer : null
  const claim = (
    <form
      {...form}
      onSubmit={(event) => {
        setTriedAgain(true)
        if (open) form.onSubmit(event)
        else event.preventDefault()
      }}
      className="grid gap-4"
    >
      <input type="hidden" name="slug" value={slug} />
      <input type="hidden" name="itemId" value={item.id} />
      <div className="grid grid-cols-[5.5rem_1fr] items-end gap-3">
        <Quantity label="Quantity" limit={item.limit} className="min-h-14" />
        <Button size="large" unavailable={!open} aria-describedby={reasonId}>
          Add to cart
        </Button>
      </div>
      <BuyReason id={reasonId} state={state} live={live} sale={sale} item={item} />
      {proof}
      {refusal && (
        <Refusal refused={refusal} saleSlug={slug} focus={expired} action={expired ? null : undefined} />
      )}
    </form>
  )

  if (sale.room && !isIn && state !== 'closed' && state !== 'sold_through') {
    return (
      <div className="grid gap-3">
        <ButtonLink href={`/sales/${slug}/room` as Route} size="large">
          Go to the waiting room
        </ButtonLink>
        <p className="text-muted text-sm">
          So many want this that everybody takes a place first. It is drawn when the sale opens: being early
          is no advantage.
        </p>
        {/* Static HTML can't know whose turn it is: the server does. */}
        <noscript>
          <p className="mt-4 mb-2 font-semibold">Once it is your turn:</p>
          {claim}
        </noscript>
      </div>
    )
  }
  return claim
}

/** Whether the item became buyable again after this answer: then "all held" or "not open yet" is no longer true. */
function useReopened(answer: unknown, open: boolean): boolean {
  const [seen, setSeen] = useState({ answer, shut: false })
  if (seen.answer !== answer) setSeen({ answer, shut: !open })
  else if (!open && !seen.shut) setSeen({ answer, shut: true })
  return seen.answer === answer && seen.shut && open
}
