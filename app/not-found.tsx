import { Brand } from '@/components/brand'
import { ButtonLink } from '@/components/ui/button'

/** For addresses that lead nowhere, and for carts and orders of somebody else. */
export default function NotFound() {
  return (
    <div className="shell grid justify-items-start gap-6 py-20">
      <Brand part="hoof" className="size-16 -rotate-12 text-edge" />
      <h1 className="display text-5xl sm:text-7xl">The herd did not come this way.</h1>
      <p className="max-w-prose text-lg text-muted">
        There is no such page, or it is not yours to see. If you followed a link to an order, open it in the
        browser you ordered with.
      </p>
      <ButtonLink href="/">Back to the shop</ButtonLink>
    </div>
  )
}
