'use client'

import { useEffect, useState } from 'react'
import type { Live } from '@/lib/contract'
import type { RoomPass } from './room-pass'
import { verifyDraw } from './verify-draw'

type Drawn = { saleId: string; seed: string; commitment: string; joiners: number }

/**
 * The place of a ticket once the draw is known, worked out by the browser itself: a crowd that all asked in the second
 * of the opening would be the largest one of the day. `unknown` where the browser can't; then the shop has to be asked.
 */
export function usePosition(saleId: string, pass: RoomPass | null, room: Live['room'] | undefined) {
  const [found, setFound] = useState<{ ticket: string; position: number | 'unknown' } | null>(null)
  const ticket = pass?.ticket
  const buyerId = pass?.buyerId
  const { seed, commitment, joiners } = room ?? {}
  useEffect(() => {
    if (!ticket || !buyerId || !seed || commitment === undefined || joiners === undefined) return
    let isOld = false
    void positionOf(ticket, buyerId, { saleId, seed, commitment, joiners }).then((position) => {
      if (!isOld) setFound({ ticket, position: position ?? 'unknown' })
    })
    return () => {
      isOld = true
    }
  }, [saleId, ticket, buyerId, seed, commitment, joiners])
  return found !== null && found.ticket === ticket ? found.position : null
}

async function positionOf(ticket: string, buyerId: string, drawn: Drawn): Promise<number | null> {
  const [, number] = /^q(\d+)\./.exec(ticket) ?? []
  if (number !== undefined) return drawn.joiners + Number(number)
  // Browsers compute on pages with TLS and on one's own machine only.
  return crypto.subtle ? verifyDraw({ ...drawn, buyerId }) : null
}
