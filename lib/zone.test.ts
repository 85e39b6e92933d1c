import { expect, test } from 'vitest'
import { momentIn, wallClock } from './zone'

const berlin = 'Europe/Berlin'

test.each([
  ['2026-11-28T10:00', '2026-11-28T09:00:00.000Z'],
  ['2026-07-01T10:00', '2026-07-01T08:00:00.000Z'],
  ['2026-03-29T03:00', '2026-03-29T01:00:00.000Z'],
  ['2026-10-25T03:00', '2026-10-25T02:00:00.000Z'],
])('%s in Berlin is %s, and back', (local, utc) => {
  const at = momentIn(berlin, local)
  expect(at).toEqual(new Date(utc))
  expect(wallClock(berlin, new Date(utc))).toBe(local)
})

test('a time in the hour that clocks leave out, or show twice, is no moment', () => {
  expect(momentIn(berlin, '2026-03-29T02:30')).toMatch(/^does not exist/)
  expect(momentIn(berlin, '2026-10-25T02:30')).toMatch(/^comes twice/)
  expect(momentIn('UTC', '2026-03-29T02:30')).toEqual(new Date('2026-03-29T02:30:00Z'))
})

test.each(['', 'tomorrow', '2026-02-30T10:00', '10:00', '2026-13-01T00:00'])('"%s" is no moment', (text) => {
  expect(momentIn(berlin, text)).toBe('is a date and a time')
})
