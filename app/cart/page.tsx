import type { Metadata } from 'next'
import { findPosted } from '@/app/posted'
import { CartLines } from '@/components/cart-lines'
import { ButtonLink } from '@/components/ui/button'
import type { Cart } from '@/lib/contract'
import { findMyCarts } from '@/lib/web/my'
import { extendAction, releaseAction, reserveAction } from './actions'

export const metadata: Metadata = { title: 'Your cart', robots: { index: false } }
/** Waits for the cart instead of streaming it in: streamed parts would need JavaScript to appear. */
export const instant = false

export default async function CartPage() {
  const [carts, posted] = await Promise.all([findMyCarts(), findPosted<Cart>('reserve', 'release', 'extend')])
  return (
    <div className="shell grid max-w-4xl gap-8 pt-8 sm:pt-12">
      <h1 className="display text-4xl sm:text-6xl">Your cart</h1>
      {carts.map(({ sale, cart }) => (
        <CartLines
          key={sale.slug}
          sale={sale}
          cart={cart}
          posted={posted?.typed.slug === sale.slug ? posted.answer : null}
          reserveAction={reserveAction}
          releaseAction={releaseAction}
          extendAction={extendAction}
        />
      ))}
      {carts.length === 0 && (
        <div className="grid justify-items-start gap-5">
          <p className="text-lg text-muted">
            Nothing in it yet. Add a unit to your cart and its number is held for you while you check out.
          </p>
          <ButtonLink href="/">See what is on sale</ButtonLink>
        </div>
      )}
    </div>
  )
}
