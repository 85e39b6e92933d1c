'use client'

import type { Route } from 'next'
import { useCallback, useEffect, useState } from 'react'
import type { Live } from '@/lib/contract'
import type { Refused } from '@/lib/result'
import { isAdmitted, type Segment, secondsUntil } from '@/lib/segments'
import { Ticking } from './countdown'
import { Refusal } from './refusal'
import { joinRoom, takeTurn } from './room-calls'
import { keepPass, useRoomPass } from './room-pass'
import { useServerTime } from './server-clock'
import { formatClock } from './time'
import { Button, ButtonLink } from './ui/button'
import { Spinner } from './ui/spinner'
import { useLive } from './use-live'

type Props = { slug: string; opensAt: string }

const segmentsOf = (room: NonNullable<Live['room']>): Segment[] =>
  room.segments.map(({ at, ...rest }) => ({ atMs: Date.parse(at), ...rest }))

/**
 * A shopper's place in the waiting room of a sale: joins by itself, keeps the place over reloads and tabs, tells what is
 * in front, and opens the way to the sale when it is their turn (I17).
 */
export function WaitingRoom({ slug, opensAt }: Props) {
  const { live } = useLive(slug)
  const pass = useRoomPass(slug)
  const [refusal, setRefusal] = useState<Refused | null>(null)
  const [position, setPosition] = useState<number | null>(null)
  const ticket = pass?.ticket
  const room = live?.room

  const join = useCallback(async () => {
    setRefusal(null)
    const joined = await joinRoom(slug)
    if (joined.ok) keepPass(slug, { ticket: joined.value, admittedUntil: null })
    else setRefusal(joined)
  }, [slug])
  useEffect(() => {
    if (!ticket) void join()
  }, [ticket, join])

  const isDrawn = room?.seed != null
  const isIn = useServerTime((now) => Date.parse(pass?.admittedUntil ?? '') > now) ?? false
  const isTurn = useServerTime((now) =>
    Boolean(room && position !== null && isAdmitted(segmentsOf(room), position, now)),
  )
  const seconds = useServerTime((now) =>
    room && position !== null ? (secondsUntil(segmentsOf(room), position, now) ?? -1) : -1,
  )

  // Asked once when the draw is known, and once when it is our turn: everything between follows from the live state.
  useEffect(() => {
    if (!ticket || !isDrawn || isIn || (position !== null && !isTurn)) return
    void takeTurn(slug, ticket).then((turn) => {
      if (!turn.ok) setRefusal(turn)
      else if ('admission' in turn.value) keepPass(slug, { ticket, admittedUntil: turn.value.until })
      else setPosition(turn.value.position)
    })
  }, [slug, ticket, isDrawn, isIn, isTurn, position])

  const isSoldOut = live?.items.every((item) => item.state === 'sold_through') ?? false
  return (
    <section aria-label="Your place" className="grid gap-4 rounded-2xl border border-line bg-card p-6">
      <div role="status" className="grid gap-2 text-lg">
        {isSoldOut ? (
          <p>Sold out. Nothing was charged, and nobody has to wait any longer.</p>
        ) : isIn ? (
          <p className="font-semibold">It is your turn.</p>
        ) : !ticket ? (
          <p className="flex items-center gap-3">
            <Spinner /> Taking a place for you …
          </p>
        ) : position === null ? (
          <p>You have a place in the draw. You can reload or close this page: the place stays yours.</p>
        ) : (
          <p>
            <span className="figures font-semibold">{position.toLocaleString('en')}</span>{' '}
            {position === 1 ? 'shopper is' : 'shoppers are'} in front of you.
          </p>
        )}
      </div>
      {!isIn && !isSoldOut && live?.phase === 'room' && (
        <p>
          The draw is in <Ticking until={live.opensAt ?? opensAt} className="font-semibold" />
        </p>
      )}
      {!isIn && !isSoldOut && position !== null && (
        <p className="text-muted">
          {seconds !== null && seconds >= 0
            ? `About ${formatClock(seconds)} to go, if it goes on like this.`
            : 'It stands still for a moment. Your place is kept.'}
        </p>
      )}
      {isIn && !isSoldOut && (
        <ButtonLink href={`/sales/${slug}` as Route} size="large">
          Enter the sale
        </ButtonLink>
      )}
      {refusal && (
        <Refusal
          refused={refusal}
          saleSlug={slug}
          action={
            <Button look="quiet" size="small" onClick={() => void join()}>
              Try again
            </Button>
          }
        />
      )}
    </section>
  )
}
