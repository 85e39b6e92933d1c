'use client'

import { Button, ButtonLink } from '@/components/ui/button'

/** What a shopper sees when a page fails: that nothing was charged, the reference to quote, and a way on. */
export default function PageError({ error, retry }: { error: unknown; retry: () => void }) {
  const reference = error instanceof Error && 'digest' in error ? String(error.digest) : null
  return (
    <div role="alert" className="shell grid justify-items-start gap-6 py-20">
      <h1 className="display text-5xl sm:text-7xl">Something went wrong on our side.</h1>
      <p className="max-w-prose text-lg text-muted">
        Nothing was charged by this, and your cart is kept.
        {reference && ` If it stays, quote the reference ${reference}.`}
      </p>
      <div className="flex flex-wrap gap-3">
        <Button type="button" onClick={() => retry()}>
          Try again
        </Button>
        <ButtonLink href="/" look="quiet">
          Back to the shop
        </ButtonLink>
      </div>
    </div>
  )
}
