import Link from 'next/link'
import { Brand } from './brand'
import { CartLink } from './cart-link'
import { shop } from './shop'

/** The top of every page: the promise, the wordmark and the cart. Static, the same for everybody. */
export function SiteHeader() {
  return (
    <header>
      <p className="bg-stamp px-4 py-2 text-center font-medium text-[#eef2ec] text-sm">{shop.promise}</p>
      <div className="border-line border-b bg-paper">
        <div className="shell flex flex-wrap items-center justify-between gap-3 py-3">
          <Link
            href="/"
            prefetch={false}
            className="flex min-h-11 items-center gap-2.5"
            aria-label={`${shop.name}, home`}
          >
            <Brand part="mark" className="size-8 sm:size-9" />
            <Brand part="wordmark" className="h-6 w-auto sm:h-7" />
          </Link>
          <nav aria-label="Shop" className="flex items-center gap-2 sm:gap-4">
            <Link
              href="/sales"
              prefetch={false}
              className="inline-flex min-h-11 items-center rounded-xl px-2 font-semibold underline-offset-4 hover:underline"
            >
              Sales
            </Link>
            <CartLink />
          </nav>
        </div>
      </div>
    </header>
  )
}
