import { expect, test } from 'vitest'
import { createMemo } from './memo'

test('what was made of a text is kept, of so many and so long ones', () => {
  let made = 0
  const memo = createMemo({ most: 2, longest: 3 }, (text) => ({ text, number: ++made }))
  expect([memo('a'), memo('a'), memo('b')].map(({ number }) => number)).toEqual([1, 1, 2])
  expect([memo('long'), memo('long')].map(({ number }) => number)).toEqual([3, 4])
  expect([memo('c'), memo('c'), memo('a')].map(({ number }) => number)).toEqual([5, 5, 6])
})
