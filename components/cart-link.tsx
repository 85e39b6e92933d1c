'use client'

import { ShoppingBag } from 'lucide-react'
import Link from 'next/link'
import { useCartCount } from './cart-store'

/** The way to the cart, with the number of units in it once this browser knows. */
export function CartLink() {
  const count = useCartCount()
  return (
    <Link
      href="/cart"
      prefetch={false}
      className="inline-flex min-h-11 items-center gap-2 rounded-xl border border-edge bg-card px-4 font-semibold hover:bg-sunk"
    >
      <ShoppingBag aria-hidden="true" className="size-5" />
      Cart
      {count > 0 && (
        <span className="figures min-w-6 rounded-full bg-tag px-1.5 text-center text-sm text-stamp leading-6">
          {count}
          <span className="sr-only">{count === 1 ? ' unit' : ' units'}</span>
        </span>
      )}
    </Link>
  )
}
