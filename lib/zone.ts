import { Temporal } from '@js-temporal/polyfill'

/** Why a time on the wall is no moment, in the words that stand behind a field's name. */
export type NoMoment =
  | 'is a date and a time'
  | 'does not exist: the clocks go forward there'
  | 'comes twice: the clocks go back there'

/**
 * The moment at which clocks in this zone show this date and time (`2026-11-28T10:00`). One that no clock shows, or that
 * they show twice, is none: guessing would open a sale an hour early or late.
 */
export function momentIn(timeZone: string, local: string): Date | NoMoment {
  let wall: Temporal.PlainDateTime
  try {
    wall = Temporal.PlainDateTime.from(local)
  } catch {
    return 'is a date and a time'
  }
  const [earlier, later] = (['earlier', 'later'] as const).map((disambiguation) =>
    wall.toZonedDateTime(timeZone, { disambiguation }),
  ) as [Temporal.ZonedDateTime, Temporal.ZonedDateTime]
  if (earlier.epochMilliseconds === later.epochMilliseconds) return new Date(earlier.epochMilliseconds)
  return earlier.toPlainDateTime().equals(wall)
    ? 'comes twice: the clocks go back there'
    : 'does not exist: the clocks go forward there'
}

/** What clocks in this zone show at a moment, to the minute, as a field for date and time takes it. */
export const wallClock = (timeZone: string, at: Date): string =>
  Temporal.Instant.fromEpochMilliseconds(at.getTime())
    .toZonedDateTimeISO(timeZone)
    .toPlainDateTime()
    .toString({ smallestUnit: 'minute' })
