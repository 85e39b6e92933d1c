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

test('answers that a cache kept for a second without saying so hold it back by no second', () => {
  const { clock, pass, seconds } = clockAt()
  const ages = [0.9, 0.1, 0.8, 1, 0.6, 0.3, 1, 0.9, 0.7, 0.2, 1]
  let elapsed = 0
  for (const age of ages) {
    pass(1_200)
    elapsed += 1_200
    clock.observe({ now: at(elapsed - age * 1_000), sentAt: elapsed + 990, receivedAt: elapsed + 1_000 })
    if (elapsed > 1_200) expect(elapsed / 1_000 - seconds()).toBeLessThan(0.5)
    expect(seconds(), 'and never ahead').toBeLessThanOrEqual(elapsed / 1_000 + 0.01)
  }
})

test('a server whose clock was set back is believed when it keeps saying so', () => {
  const { clock, pass, seconds } = clockAt()
  const hear = (now: number, elapsed: number) =>
    clock.observe({ now: at(now), sentAt: elapsed + 990, receivedAt: elapsed + 1_000 })
  hear(0, 0)
  for (let second = 1; second <= 40; second++) {
    pass(1_000)
    // Ten seconds behind what it said first.
    hear(second * 1_000 - 10_000, second * 1_000)
  }
  expect(seconds()).toBeCloseTo(30)
})
