import { formatSpan } from './time'

const spokenSeconds = [60, 30, 10]

/**
 * What a hold timer says aloud when the seconds left went from `before` to `now`: at the start, as 60, 30 and 10
 * seconds are passed, and at the end. Null in between, so that a screen reader is not flooded.
 */
export function speech(before: number | null, now: number): string | null {
  if (now === 0) return before === 0 ? null : 'Time is up.'
  if (before === null) return `Held for you for ${formatSpan(now)}.`
  const passed = spokenSeconds.filter((mark) => before > mark && now <= mark)
  return passed.length > 0 ? `${formatSpan(now)} left.` : null
}
