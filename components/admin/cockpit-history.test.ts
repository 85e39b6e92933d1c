import { expect, test } from 'vitest'
import { countsOf, soldPerSecond, withLook } from './cockpit-history'

const item = (available: number, held: number, sold: number) => ({
  ...{ id: 'itm_000000000000', available, held, sold, allocation: available + held + sold },
  state: 'available' as const,
})

test('all items of a sale count together', () => {
  expect(countsOf({ items: [item(5, 2, 3), item(1, 0, 9)] })).toEqual({ left: 6, held: 2, sold: 12 })
})

test('units sold a second are those of the last ten seconds', () => {
  let history = withLook([], 0, { items: [item(100, 0, 0)] })
  expect(soldPerSecond(history)).toBeNull()
  for (let second = 1; second <= 30; second++)
    history = withLook(history, second, { items: [item(100, 0, second <= 20 ? 0 : (second - 20) * 3)] })
  expect(soldPerSecond(history)).toBe(3)
})

test('the chart shows ten minutes, one point a second', () => {
  let history = withLook([], 0, { items: [item(1, 0, 0)] })
  for (let second = 1; second <= 700; second++)
    history = withLook(history, second, { items: [item(1, 0, second)] })
  history = withLook(history, 700, { items: [item(0, 0, 701)] })
  expect(history).toHaveLength(601)
  expect(history.at(-1)).toEqual({ second: 700, left: 0, held: 0, sold: 701 })
})
