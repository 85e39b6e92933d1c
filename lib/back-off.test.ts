import { expect, test } from 'vitest'
import { createBackOff } from './back-off'

test('what ends soon after each start is started more and more slowly, what had lived at once', () => {
  const backOff = createBackOff()
  const waits = Array.from({ length: 10 }, () => backOff(50))
  expect(waits).toEqual(waits.toSorted((a, b) => a - b))
  expect(new Set(waits.slice(0, 5)).size).toBe(5)
  expect(waits.at(-1)).toBe(waits.at(-2))
  expect(backOff(60_000)).toBe(waits[0])
})
