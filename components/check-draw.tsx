'use client'

import { useState } from 'react'
import { Button } from './ui/button'
import { useLive } from './use-live'
import { verifyDraw } from './verify-draw'

/** The fingerprint, later the number, and the arithmetic of one's own draw: done in the browser, with its own tools. */
export function CheckDraw({ slug, saleId }: { slug: string; saleId: string }) {
  const { live } = useLive(slug)
  const [found, setFound] = useState<string | null>(null)
  const room = live?.room
  if (!room) return null
  const { seed, commitment, joiners } = room

  async function check() {
    const response = await fetch('/api/v1/session', { method: 'POST' })
    const { buyerId } = (await response.json()) as { buyerId: string }
    const checked = await verifyDraw({ seed: seed ?? '', commitment, joiners, saleId, buyerId })
    setFound(
      checked === null
        ? 'The number is not the one that was promised.'
        : `The number is the one that was promised. Your draw puts you behind ${checked} others.`,
    )
  }

  return (
    <dl className="grid gap-2 break-all text-sm">
      <dt className="font-semibold">Fingerprint (SHA-256)</dt>
      <dd className="figures">{commitment}</dd>
      <dt className="font-semibold">Number</dt>
      <dd className="figures">{seed ?? 'shown when the sale opens'}</dd>
      <dt className="font-semibold">Shoppers in the draw</dt>
      <dd className="figures">{joiners.toLocaleString('en')}</dd>
      {seed && (
        <dd className="grid gap-2">
          <Button look="quiet" size="small" className="justify-self-start" onClick={() => void check()}>
            Check my draw
          </Button>
          <p role="status">{found}</p>
        </dd>
      )}
    </dl>
  )
}
