'use client'

import { Snowflake, Timer } from 'lucide-react'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import type { Live } from '@/lib/contract'
import { SaleTime } from './sale-time'
import { serverClock, useSecondsUntil } from './server-clock'
import { speech } from './speech'
import { formatClock } from './time'
import { useLive } from './use-live'

/** A warning appears while at least this long is left, so that there is time to react to it (WCAG 2.2.1). */
const warnSeconds = 61

type Props = {
  slug: string
  /** What the server said: when it ends, its clock when it said so, and whether the deadline stands still. */
  held: { now: string; deadline: string; frozen?: boolean }
  /** What is held, for the accessible name: "Time left on your cart". */
  label: string
  /** The control that extends; shown from the start and stressed with the warning. */
  extend?: ReactNode
  /** Runs once when the time is up by the server's clock. */
  onExpire?: () => void
}

/** When this page saw the sale pause; null while it is not paused. */
function usePauseStart(live: Live | null): string | null {
  const [start, setStart] = useState<string | null>(null)
  const paused = live?.phase === 'paused'
  if (paused && start === null) setStart(live.now)
  if (!paused && start !== null) setStart(null)
  return start
}

/**
 * The time left on something that the server holds until a deadline. Ticks on the server's clock, stands still while
 * the sale is paused, and speaks only now and then. Without JavaScript it gives the deadline as text.
 */
export function HoldTimer({ slug, held, label, extend, onExpire }: Props) {
  const { live } = useLive(slug, { relaxed: true })
  const [spoken, setSpoken] = useState('')
  const before = useRef<number | null>(null)
  const box = useRef<HTMLDivElement>(null)
  const ticking = useSecondsUntil(held.deadline)
  const pauseStart = usePauseStart(live)
  // What the server said of a cart counts: this page learns of a pause only a moment after it began.
  const stoppedAt = held.frozen === undefined ? pauseStart : held.frozen ? held.now : null
  const frozen = stoppedAt !== null
  const seconds = frozen
    ? Math.max(0, Math.ceil((Date.parse(held.deadline) - Date.parse(stoppedAt)) / 1000))
    : ticking
  const warning = !frozen && seconds !== null && seconds <= warnSeconds && seconds > 0

  useEffect(() => {
    serverClock.observe({ now: held.now, receivedAt: performance.now() })
  }, [held.now])

  useEffect(() => {
    if (seconds === null || frozen) return
    const sentence = speech(before.current, seconds)
    const ends = seconds === 0 && before.current !== 0
    before.current = seconds
    if (sentence) setSpoken(sentence)
    if (ends) onExpire?.()
  }, [seconds, frozen, onExpire])

  // One key press extends: the button waits under the finger of whoever is not typing or reading elsewhere.
  useEffect(() => {
    if (warning && document.activeElement === document.body) box.current?.querySelector('button')?.focus()
  }, [warning])

  const Icon = frozen ? Snowflake : Timer
  return (
    <div ref={box} className={`grid gap-3 rounded-2xl p-4 ${warning ? 'bg-alarm-soft' : 'bg-warn-soft'}`}>
      <div className="flex flex-wrap items-center justify-between gap-3">
        <div className="flex items-center gap-2.5">
          <Icon
            aria-hidden="true"
            className={`size-6 shrink-0 max-sm:hidden ${warning ? 'text-alarm' : ''}`}
          />
          <div>
            <p className="kicker text-ink">{frozen ? 'Frozen while the sale is paused' : label}</p>
            <div role="timer" aria-label={label} className="figures font-extrabold text-2xl tracking-tight">
              {seconds === null ? (
                <span className="font-semibold text-base">
                  until <SaleTime at={held.deadline} />
                </span>
              ) : (
                formatClock(seconds)
              )}
            </div>
          </div>
        </div>
        {extend}
      </div>
      {warning && (
        <p className="font-semibold text-alarm text-sm">
          Almost out of time.{extend ? ' The button gives you more.' : ' Finish before it reaches 0:00.'}
        </p>
      )}
      <p aria-live="polite" className="sr-only">
        {spoken}
      </p>
    </div>
  )
}
