import { expect, test } from 'vitest'
import { outlookOf } from './outlook'

const item = (available: number, held: number) => ({
  ...{ available, held },
  state: available > 0 ? ('available' as const) : ('empty_now' as const),
})
const soldOut = { available: 0, held: 0, state: 'sold_through' as const }

test('the tail is told as soon as what is left would not be enough for those in front of it', () => {
  expect(outlookOf([item(100, 20)], 99)).toBe('good')
  expect(outlookOf([item(100, 20)], 100)).toBe('unsure')
  expect(outlookOf([item(100, 20)], 119)).toBe('unsure')
  expect(outlookOf([item(100, 20)], 120)).toBe('unlikely')
})

test('as long as one unit is in a cart nobody is told that it is sold out, and then everybody is', () => {
  expect(outlookOf([item(0, 1)], 0)).toBe('unsure')
  expect(outlookOf([item(0, 1), soldOut], 5_000)).toBe('unlikely')
  for (const ahead of [0, 5_000]) expect(outlookOf([soldOut, soldOut], ahead)).toBe('sold_out')
})

test('of several items everything counts that is left', () => {
  expect(outlookOf([item(3, 0), item(4, 2), soldOut], 6)).toBe('good')
  expect(outlookOf([item(3, 0), item(4, 2), soldOut], 8)).toBe('unsure')
})
