'use client'

import { useSyncExternalStore } from 'react'
import { shop } from './shop'
import { formatMoment } from './time'

const never = () => () => {}

/** A moment in the shop's zone: the same in static HTML and in every browser. */
export function ShopTime({ at }: { at: string }) {
  const { day, time } = formatMoment(at, shop.timeZone)
  return (
    <time dateTime={at}>
      {day}, {time}
    </time>
  )
}

/**
 * A moment in the shop's zone and, where it reads differently, in the visitor's, which the browser alone knows. `lines`
 * puts that on a line of its own, where space is kept for it so that nothing moves when it appears.
 */
export function SaleTime({ at, lines = false }: { at: string; lines?: boolean }) {
  const shops = formatMoment(at, shop.timeZone)
  const own = useSyncExternalStore(
    never,
    () => {
      const { day, time } = formatMoment(at)
      if (time === shops.time && day === shops.day) return null
      return day === shops.day ? time : `${day}, ${time}`
    },
    () => null,
  )
  return (
    <>
      <ShopTime at={at} />
      {own !== null && (
        <span className={`text-muted ${lines ? 'block' : ''}`}>
          {' '}
          {lines ? `${own} for you` : `(${own} for you)`}
        </span>
      )}
    </>
  )
}
