'use client'

import type { Live, Sale, SaleItem } from '@/lib/contract'
import type { BuyState } from './buy-state'
import { SaleTime } from './sale-time'
import { formatMinutes } from './time'

type Props = {
  id: string
  state: BuyState
  live: Live | null
  sale: Pick<Sale, 'opensAt' | 'holdSeconds'>
  item: Pick<SaleItem, 'id' | 'allocation' | 'limit'>
}

/** The sentence under the button: why it can't be pressed now, or what pressing it does. Announced when it changes. */
export function BuyReason({ id, state, live, sale, item }: Props) {
  const held = live?.items.find((one) => one.id === item.id)?.held ?? 0
  const minutes = formatMinutes(sale.holdSeconds)
  return (
    <p id={id} role="status" className="text-muted text-sm">
      {state === 'upcoming' && (
        <>
          Opens <SaleTime at={live?.opensAt ?? sale.opensAt} />. The button unlocks by itself.
        </>
      )}
      {state === 'empty_now' &&
        `All ${held} that are left are in other carts; some usually come back within ${minutes}. Stay here, this page updates by itself.`}
      {state === 'sold_through' && 'Sold out. Every number has its owner.'}
      {state === 'paused' &&
        'Paused for a moment. Carts are frozen and lose no time; it continues by itself.'}
      {state === 'closed' && 'This sale has ended.'}
      {(state === 'open' || state === 'open_low' || state === 'unknown') &&
        `Up to ${item.limit} per buyer. Your numbers are held for ${minutes} while you check out.`}
    </p>
  )
}
