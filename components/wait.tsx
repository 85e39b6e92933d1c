'use client'

import { useState } from 'react'
import { serverClock, useSecondsUntil } from './server-clock'
import { formatClock, formatSpan } from './time'

/**
 * How long somebody has to wait who was refused just now, ticking by the server's clock. Silent until the time is up,
 * because it stands in an alert. Without JavaScript it says how long it was when the page was made.
 */
export function Wait({ answer, seconds }: { answer: object; seconds: number }) {
  const [seen, setSeen] = useState({ answer, at: serverClock.now() })
  if (seen.answer !== answer) setSeen({ answer, at: serverClock.now() })
  const left = useSecondsUntil(seen.at === null ? '' : new Date(seen.at + seconds * 1000).toISOString())
  if (seen.at === null || left === null) return <>You can try again in {formatSpan(seconds)}.</>
  if (left === 0) return <>You can try again now.</>
  return (
    <>
      You can try again in{' '}
      <time role="timer" dateTime={`PT${left}S`} className="figures">
        {formatClock(left)}
      </time>
    </>
  )
}
