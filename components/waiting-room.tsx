'use client'

import { type ReactNode, useCallback, useEffect, useState } from 'react'
import type { Reason, Refused } from '@/lib/result'
import { isAdmitted } from '@/lib/segments'
import { Refusal } from './refusal'
import { joinRoom, takeTurn } from './room-calls'
import { forgetPass, keepPass, useRoomPass } from './room-pass'
import { RoomPlace } from './room-place'
import { roomState, segmentsOf } from './room-state'
import { useServerTime } from './server-clock'
import { Button } from './ui/button'
import { useLive } from './use-live'
import { usePosition } from './use-position'
import { useProof } from './use-proof'

/** How long to wait before asking again: soon at first, and spread, since many may be in the same position. */
const pauseMs = (tries: number) =>
  tries === 0 ? 0 : Math.min(10_000, 500 * 2 ** tries) * (0.5 + Math.random())

/** Refusals that pass by themselves. */
const passing: Reason[] = ['try_again', 'too_many_requests']

type Props = {
  slug: string
  saleId: string
  /** What stands there without JavaScript. */
  children: ReactNode
}

/**
 * A shopper's place in the waiting room of a sale: joins by itself, keeps the place over reloads and tabs, tells what is
 * in front, and opens the way to the sale when it is their turn (I17).
 */
export function WaitingRoom({ slug, saleId, children }: Props) {
  const { live } = useLive(slug)
  const pass = useRoomPass(slug)
  const [refusal, setRefusal] = useState<Refused | null>(null)
  const [answered, setAnswered] = useState<number | null>(null)
  const [tries, setTries] = useState({ count: 0 })
  const { ticket, buyerId } = pass ?? {}
  const room = live?.room
  const { prove, view: proof } = useProof({ focus: false })
  const own = usePosition(saleId, pass, room)
  const position = own === 'unknown' ? answered : own

  const isIn = useServerTime((now) => Date.parse(pass?.admittedUntil ?? '') > now) ?? false
  const isTurn =
    useServerTime((now) => position !== null && isAdmitted(segmentsOf(room ?? null), position, now)) ?? false
  // Everything else follows from the live state, which a cache answers for everybody.
  const asks = Boolean(ticket && !isIn && room?.seed && (isTurn || (own === 'unknown' && answered === null)))
  const second = useServerTime((now) => Math.floor(now / 1000))

  const state = roomState({
    ...{ live, position, isTurn: isIn, hasPlace: ticket !== undefined },
    now: second === null ? null : second * 1000,
  })
  const isOver = state.is === 'sold_out' || state.is === 'closed'
  // Nobody needs a place in what is over, nor can get one while the shop does not answer.
  const joins = !ticket && live !== null && !isOver

  const again = useCallback(() => setTries(({ count }) => ({ count: count + 1 })), [])

  useEffect(() => {
    if (!joins) return
    let isOld = false
    const timer = setTimeout(async () => {
      const joined = await joinRoom(slug, prove)
      if (isOld) return
      setRefusal(joined.ok ? null : joined)
      if (!joined.ok && passing.includes(joined.reason)) again()
    }, pauseMs(tries.count))
    return () => {
      isOld = true
      clearTimeout(timer)
    }
  }, [slug, joins, tries, again, prove])

  useEffect(() => {
    if (!ticket || !buyerId || !asks) return
    let isOld = false
    const timer = setTimeout(async () => {
      const turn = await takeTurn(slug, ticket)
      // Also when the page is about to go: the cookie is there.
      if (turn.ok && 'admission' in turn.value) {
        setRefusal(null)
        return keepPass(slug, { ticket, buyerId, admittedUntil: turn.value.until })
      }
      if (isOld) return
      // Of somebody who used this browser before: a new place is taken.
      if (!turn.ok && (turn.reason === 'forbidden' || turn.reason === 'no_session')) forgetPass(slug)
      else setRefusal(turn.ok ? null : turn)
      if (turn.ok && 'position' in turn.value) setAnswered(turn.value.position)
      again()
    }, pauseMs(tries.count))
    return () => {
      isOld = true
      clearTimeout(timer)
    }
  }, [slug, ticket, buyerId, asks, tries, again])

  return (
    <section aria-label="Your place" className="grid gap-4 rounded-2xl border border-line bg-card p-6">
      <RoomPlace slug={slug} state={state} />
      {proof}
      {refusal && !isOver && (
        <Refusal
          refused={refusal}
          saleSlug={slug}
          action={
            <Button type="button" look="quiet" size="small" onClick={() => setTries({ count: 0 })}>
              Try again
            </Button>
          }
        />
      )}
      {children}
    </section>
  )
}
