/** One thing the server said about the time. */
export type ClockSample = {
  /** The `now` of an answer. */
  now: string
  /** The `Age` header: how long a cache had kept the answer. */
  ageSeconds?: number
  /** When the request left and when its answer was here, in `performance.now()`. */
  sentAt?: number
  receivedAt: number
}

export type SaleClock = {
  /** Takes a sample; false if it is not newer than one it has already seen, and then it changes nothing. */
  observe(sample: ClockSample): boolean
  /** The server's time in milliseconds since 1970, never running backwards; null before the first sample. */
  now(): number | null
}

/** The server's time less `performance.now()`, give or take `error`, as it was heard `at`. */
type Estimate = { offset: number; error: number; at: number }

/** A page that was rendered some while ago carries a `now` with an unknown delay. */
const unknownDelayMs = 2_000
/** Servers put `now` into a body that they keep for a moment; `Age` counts whole seconds only. */
const bodyAgeMs = 250
const ageStepMs = 1_000
const maxAgeSeconds = 60
/** Clocks of computers drift apart by less than this; it lets a newer sample replace a slightly better old one. */
const driftPerMs = 0.000_2
/** So many answers in a row have to say that it is earlier before they are believed. */
const lateAnswersBelieved = 12

/**
 * A clock that follows the server and ignores the visitor's, which may be minutes off. Each sample says that the
 * server's time lies within an interval; the narrowest interval wins until one arrives that says it is later (the
 * computer slept, and `performance.now()` stood still). One that says it is earlier was kept by a cache that did not say
 * how long, as nginx does not: only when all of them say so has the server's clock been set back.
 */
export function createSaleClock(monotonic: () => number = () => performance.now()): SaleClock {
  let newest = Number.NEGATIVE_INFINITY
  let best: Estimate | null = null
  let last = 0
  let late: Estimate[] = []

  return {
    observe({ now, ageSeconds = 0, sentAt, receivedAt }) {
      const said = Date.parse(now)
      if (!(said > newest)) return false
      newest = said
      const age = Math.min(Math.max(ageSeconds, 0), maxAgeSeconds)
      const delay = sentAt === undefined ? unknownDelayMs : receivedAt - sentAt
      const width = delay + (age > 0 ? ageStepMs : 0) + bodyAgeMs
      const sample = {
        // Half the way there and back; the rest of the interval is left out, so that no button opens before its time.
        offset: said + age * 1000 + (sentAt === undefined ? 0 : delay / 2) - receivedAt,
        error: sentAt === undefined ? unknownDelayMs : width / 2,
        at: receivedAt,
      }
      const kept = best ? best.error + (receivedAt - best.at) * driftPerMs : Number.POSITIVE_INFINITY
      const ahead = best ? sample.offset - best.offset : 0
      const contradicts = Math.abs(ahead) > sample.error + kept
      late = contradicts && ahead < 0 ? [...late, sample] : []
      if (late.length === 0 && (contradicts || sample.error <= kept)) best = sample
      if (late.length === lateAnswersBelieved) {
        best = late.reduce((one, other) => (one.offset > other.offset ? one : other))
        late = []
      }
      return true
    },
    now() {
      if (!best) return null
      last = Math.max(last, monotonic() + best.offset)
      return last
    },
  }
}
