import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { connection } from 'next/server'
import { LookAgain, lookAgainAfter } from '@/components/look-again'
import { Refusal } from '@/components/refusal'
import { RoomHeader } from '@/components/room-header'
import { RoomPlace } from '@/components/room-place'
import { type RoomState, roomState } from '@/components/room-state'
import { TakePlace } from '@/components/take-place'
import { reasons, refused } from '@/lib/result'
import { findSale } from '@/lib/web/catalog'
import { findMyPlace } from '@/lib/web/my'
import type { MyPlace } from '@/lib/web/place'

export const metadata: Metadata = { title: 'Your place', robots: { index: false } }
/** Waits for the place instead of streaming it in: streamed parts would need JavaScript to appear. */
export const instant = false

/** The waiting room without JavaScript: it shows the place, and goes on by itself. */
export default async function PlacePage({ params, searchParams }: PageProps<'/sales/[slug]/room/place'>) {
  // A place is a matter of the clock: it is read for this request, never while a page is prepared in advance.
  await connection()
  const [{ slug }, { refused: why }] = await Promise.all([params, searchParams])
  const [sale, mine] = await Promise.all([findSale(slug), findMyPlace(slug)])
  if (!sale || !mine) notFound()
  const { place, live } = mine
  const now = live ? Date.parse(live.now) : null
  const state = roomState({
    ...{ live, now, hasPlace: place.state === 'placed' || place.state === 'turn' },
    isTurn: place.state === 'turn' && place.admitted,
    position: place.state === 'placed' ? place.position : null,
  })
  const isOver = state.is === 'sold_out' || state.is === 'closed'
  const seconds = isOver ? null : secondsToLook(place, state, now ?? 0)
  const reason = reasons.find((each) => each === why)
  return (
    <article className="shell grid max-w-2xl gap-8 pt-6 sm:pt-12">
      <RoomHeader slug={sale.slug} title={sale.title} />
      <section aria-label="Your place" className="grid gap-4 rounded-2xl border border-line bg-card p-6">
        {place.state === 'begun' && !isOver ? (
          <p className="text-lg">Your place is taken in a few seconds.</p>
        ) : (
          (place.state !== 'none' || isOver) && <RoomPlace slug={slug} state={state} />
        )}
        {reason && <Refusal refused={refused(reason)} saleSlug={slug} action={null} />}
        {place.state === 'none' && !isOver && <TakePlace slug={slug} />}
        {seconds !== null && <LookAgain slug={slug} seconds={seconds} />}
      </section>
    </article>
  )
}

function secondsToLook(place: MyPlace, state: RoomState, now: number): number | null {
  if (place.state === 'begun') return place.seconds + 1
  // The browser lost its admission, or the page was read in the moment before it was made.
  if (place.state === 'turn') return place.admitted ? null : 1
  return place.state === 'placed' ? lookAgainAfter(state, now) : null
}
