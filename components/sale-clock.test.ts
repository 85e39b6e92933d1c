import { expect, test } from 'vitest'
import { createSaleClock } from './sale-clock'

const noon = Date.parse('2026-11-22T12:00:00.000Z')
const at = (ms: number) => new Date(noon + ms).toISOString()

function clockAt(start = 1_000) {
  let elapsed = start
  const clock = createSaleClock(() => elapsed)
  return {
    clock,
    pass: (ms: number) => (elapsed += ms),
    seconds: () => ((clock.now() ?? Number.NaN) - noon) / 1000,
  }
}

test('knows no time before the server said one', () => {
  expect(clockAt().clock.now()).toBeNull()
})

test('follows the server from the middle of the round trip, whatever Date.now() says', () => {
  const { clock, pass, seconds } = clockAt()
  clock.observe({ now: at(0), sentAt: 800, receivedAt: 1_000 })
  expect(seconds()).toBeCloseTo(0.1)
  pass(30_000)
  expect(seconds()).toBeCloseTo(30.1)
})

test('adds the age of a cached answer', () => {
  const { clock, seconds } = clockAt()
  clock.observe({ now: at(0), ageSeconds: 3, sentAt: 1_000, receivedAt: 1_000 })
  expect(seconds()).toBeCloseTo(3)
})

test('ignores an answer that is not newer than the one it has', () => {
  const { clock, seconds } = clockAt()
  expect(clock.observe({ now: at(10_000), sentAt: 1_000, receivedAt: 1_000 })).toBe(true)
  expect(clock.observe({ now: at(10_000), sentAt: 500, receivedAt: 1_000 })).toBe(false)
  expect(clock.observe({ now: at(2_000), sentAt: 1_000, receivedAt: 1_000 })).toBe(false)
  expect(seconds()).toBeCloseTo(10)
})

test('prefers the answer with the shorter way over a later one that took long', () => {
  const { clock, pass, seconds } = clockAt()
  clock.observe({ now: at(0), sentAt: 990, receivedAt: 1_000 })
  pass(3_000)
  clock.observe({ now: at(1_000), sentAt: 1_000, receivedAt: 4_000 })
  expect(seconds()).toBeCloseTo(3.005)
})

test('never runs backwards', () => {
  const { clock, pass, seconds } = clockAt()
  clock.observe({ now: at(5_000), sentAt: 0, receivedAt: 1_000 })
  const before = seconds()
  pass(100)
  clock.observe({ now: at(5_001), sentAt: 1_090, receivedAt: 1_100 })
  expect(seconds()).toBeGreaterThanOrEqual(before)
})

test('catches up after a sleep that its own counter slept through', () => {
  const { clock, pass, seconds } = clockAt()
  clock.observe({ now: at(0), sentAt: 990, receivedAt: 1_000 })
  pass(1_000)
  clock.observe({ now: at(600_000), sentAt: 1_800, receivedAt: 2_000 })
  expect(seconds()).toBeCloseTo(600.1)
})
