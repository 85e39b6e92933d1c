import { expect, test } from 'vitest'
import { WrongArguments } from '../wrong-arguments'
import { readArguments } from './arguments'
import { findTargets } from './chaos'
import { latencyOf, Meter } from './meter'
import { showProgress } from './progress'
import { Slots } from './slots'

test('percentiles are answers that somebody really waited for', () => {
  const times = Array.from({ length: 100 }, (_, i) => i + 1)
  expect(latencyOf(times)).toEqual({ count: 100, p50: 50, p95: 95, p99: 99, most: 100 })
  expect(latencyOf([7])).toEqual({ count: 1, p50: 7, p95: 7, p99: 7, most: 7 })
  expect(new Meter().latencies()).toEqual({})
})

test('the arguments of a rush have defaults, and wrong ones are told in a sentence', () => {
  expect(readArguments(['--sale', 'drop', '--buyers', '50'])).toEqual({
    ...{ slug: 'drop', buyers: 50, concurrency: 100, chaos: false, json: false, url: undefined },
  })
  for (const wrong of [
    [],
    ['--sale', 'drop'],
    ['--sale', 'Drop!', '--buyers', '5'],
    ['--sale', 'drop', '--buyers', '0'],
    ['--sale', 'drop', '--buyers', '1.5'],
    ['--sale', 'drop', '--buyers', '5', '--concurrency', 'many'],
    ['--sale', 'drop', '--buyers', '5', '--url', 'localhost'],
  ]) {
    expect(() => readArguments(wrong), wrong.join(' ')).toThrow(WrongArguments)
  }
  expect(() => readArguments(['--sale', 'drop', '--buyers', '5', '--chaso'])).toThrow(/--chaso/)
})

test('no more are in the shop than it has slots, and who rests lets the next one in', async () => {
  const slots = new Slots(2)
  let inside = 0
  let most = 0
  await Promise.all(
    Array.from({ length: 10 }, async () => {
      await slots.take()
      inside += 1
      most = Math.max(most, inside)
      inside -= 1
      await slots.rest(1)
      inside += 1
      most = Math.max(most, inside)
      await Promise.resolve()
      inside -= 1
      slots.leave()
    }),
  )
  expect(most).toBeLessThanOrEqual(2)
})

test('a folder in which no shop runs has nothing that chaos may kill', () => {
  expect(findTargets('.data/nobody-runs-here')).toEqual([])
})

test('a terminal has one line redrawn, anything else gets lines', () => {
  const tally = { buyers: 4, arrived: 3, sold: 1, refused: 1, failed: 0 }
  const shown: string[] = []
  const screen = { write: (text: string) => shown.push(text) }
  const lines = showProgress(tally, new Meter(), screen)
  lines.note('something happened')
  lines.stop()
  expect(shown.every((text) => text.endsWith('\n'))).toBe(true)
  expect(shown.join('')).toMatch(/arrived 3\/4 {2}sold to 1 {2}refused 1/)
  shown.length = 0
  showProgress(tally, new Meter(), { ...screen, isTTY: true }).stop()
  expect(shown[0]).toContain(`\r\x1b[2K${'█'.repeat(12)}${'░'.repeat(12)}`)
})
