'use client'

import { useCallback } from 'react'
import type { Cart, Sale } from '@/lib/contract'
import type { Result } from '@/lib/result'
import type { FormAction } from './action'
import { CartLine } from './cart-line'
import { forgetCart, useCartExpired, useRememberCart } from './cart-store'
import { CartTotal } from './cart-total'
import { ExtendButton } from './extend-button'
import { useHeldCart } from './held-cart'
import { HoldTimer } from './hold-timer'
import { holdExpired, Refusal } from './refusal'
import { Button, ButtonLink } from './ui/button'
import { Card } from './ui/card'
import { Notice } from './ui/notice'
import { useFormAction, useOnce } from './use-form-action'

type Props = {
  sale: Sale
  cart: Cart
  /** What a change without JavaScript was answered. */
  posted?: Result<Cart> | null
  reserveAction: FormAction<Cart>
  releaseAction: FormAction<Cart>
  extendAction: FormAction<Cart>
}

/**
 * The cart of one sale: its units by number, their quantity, the time left, and the way to the checkout. Every change
 * says how many the cart should hold, so a repeated press changes nothing more, and none moves the deadline.
 */
export function CartLines({
  sale,
  cart: given,
  posted = null,
  reserveAction,
  releaseAction,
  extendAction,
}: Props) {
  const { slug } = sale
  const change = useFormAction(reserveAction)
  const empty = useFormAction(releaseAction)
  const expired = useCartExpired(slug)
  useRememberCart(slug, change.answer?.ok ? change.answer.value : null)
  useOnce(empty.answer, ({ ok }) => ok && forgetCart(slug))
  const cart = useHeldCart(slug, given)
  const expire = useCallback(() => forgetCart(slug, true), [slug])

  if (expired) return <Refusal refused={holdExpired} saleSlug={slug} focus />
  if (!cart || cart.lines.length === 0) {
    return <Notice tone="info" focus sentence="This cart is empty now." next="Its units are back on sale." />
  }
  const answers = [change.answer, empty.answer, posted].filter((answer) => answer !== null && !answer.ok)
  return (
    <Card className="grid gap-6">
      <h2 className="font-bold text-xl tracking-tight">{sale.title}</h2>
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
      {change.proof}
      {answers.map((answer) => (
        <Refusal key={answer.reason} refused={answer} saleSlug={slug} />
      ))}
      <ul className="grid divide-y divide-line border-line border-y">
        {cart.lines.map((line) => {
          const item = sale.items.find((one) => one.id === line.itemId)
          if (!item) return null
          return (
            <CartLine
              key={line.itemId}
              slug={slug}
              item={item}
              line={line}
              currency={cart.currency}
              change={change.form}
            />
          )
        })}
      </ul>
      <CartTotal totalMinor={cart.totalMinor} currency={cart.currency} />
      <div className="flex flex-wrap-reverse items-center justify-between gap-4">
        <form {...empty.form}>
          <input type="hidden" name="slug" value={slug} />
          <Button look="plain" className="-ms-5">
            Empty cart
          </Button>
        </form>
        <ButtonLink href={`/checkout?sale=${slug}`} size="large" className="grow sm:grow-0">
          Check out
        </ButtonLink>
      </div>
    </Card>
  )
}
