import { expect, test } from 'vitest'
import { speech } from './speech'

test('a hold of 65 seconds speaks at the start, at 60, 30 and 10 seconds and at the end, and never in between', () => {
  const said: [number, string][] = []
  let before: number | null = null
  for (let seconds = 65; seconds >= 0; seconds -= 1) {
    const sentence = speech(before, seconds)
    if (sentence) said.push([seconds, sentence])
    before = seconds
  }
  expect(said).toEqual([
    [65, 'Held for you for 1 minute 5 seconds.'],
    [60, '1 minute left.'],
    [30, '30 seconds left.'],
    [10, '10 seconds left.'],
    [0, 'Time is up.'],
  ])
})

test('says only the latest when the tab slept over several marks', () => {
  expect(speech(200, 8)).toBe('8 seconds left.')
  expect(speech(200, 0)).toBe('Time is up.')
})

test('an extension is silent, and its marks are spoken again', () => {
  expect(speech(20, 320)).toBeNull()
  expect(speech(61, 60)).toBe('1 minute left.')
})
