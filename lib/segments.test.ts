import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isAdmitted, type Segment, secondsUntil, thresholdAt } from './segments'

/** As the room appends them: each begins where the one before has got to. */
function chained(steps: { afterMs: number; rate: number }[]): Segment[] {
  const segments: Segment[] = []
  let atMs = 1_000
  for (const { afterMs, rate } of steps) {
    atMs += afterMs
    segments.push({ atMs, base: thresholdAt(segments, atMs), rate })
  }
  return segments
}
const steps = fc.array(
  fc.record({
    afterMs: fc.integer({ min: 1, max: 60_000 }),
    rate: fc.double({ min: 0, max: 5_000, noNaN: true }),
  }),
  { minLength: 1, maxLength: 12 },
)
const moment = fc.integer({ min: 0, max: 1_000_000 })

test('I17: as time goes on the threshold never falls, whatever rates follow each other', () => {
  fc.assert(
    fc.property(steps, moment, moment, (all, a, b) => {
      const segments = chained(all)
      const [early, late] = a < b ? [a, b] : [b, a]
      expect(thresholdAt(segments, early)).toBeLessThanOrEqual(thresholdAt(segments, late) + 1e-6)
    }),
  )
})

test('I17: who is in front is admitted no later than who is behind', () => {
  fc.assert(
    fc.property(steps, moment, fc.integer({ min: 0, max: 100_000 }), (all, now, position) => {
      const segments = chained(all)
      if (isAdmitted(segments, position + 1, now)) expect(isAdmitted(segments, position, now)).toBe(true)
    }),
  )
})

test('the time that is told is the time at which a place is admitted, if the rate stays', () => {
  const segments = chained([{ afterMs: 0, rate: 10 }])
  const now = 1_000
  expect(secondsUntil(segments, 95, now)).toBe(10)
  expect(isAdmitted(segments, 95, now + 9_000)).toBe(false)
  expect(isAdmitted(segments, 95, now + 10_000)).toBe(true)
  expect(secondsUntil(segments, 95, now + 10_000)).toBe(0)
  expect(secondsUntil(chained([{ afterMs: 0, rate: 0 }]), 5, now)).toBeNull()
  expect(thresholdAt([], now)).toBe(0)
  // What has been announced counts: to go on, or to stand still.
  const announced = chained([
    { afterMs: 0, rate: 10 },
    { afterMs: 2_000, rate: 0 },
    { afterMs: 2_000, rate: 5 },
  ])
  expect(secondsUntil(announced, 15, now)).toBe(2)
  expect(secondsUntil(announced, 20, now)).toBe(4)
  expect(secondsUntil(announced, 30, now)).toBe(6)
  expect(secondsUntil(announced.slice(0, 2), 30, now)).toBeNull()
})

test('I17: a process whose time is behind, or that knows only the newest segments, takes nothing back', () => {
  const segments = chained([
    { afterMs: 0, rate: 10 },
    { afterMs: 60_000, rate: 10 },
    { afterMs: 60_000, rate: 0 },
  ])
  expect(thresholdAt(segments.slice(1), 30_000)).toBe(600)
  expect(thresholdAt(segments, 30_000)).toBeLessThan(600)
})
