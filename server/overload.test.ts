import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { config } from '../lib/config'
import { createOverload, type Overload, type Rank } from './overload'

const { windowMs, delayTargetMs, leastPerSecond, unitsInFlight } = config.overload
const late = delayTargetMs + 1

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

const takes = (overload: Overload, rank: Rank, cost = 1) => overload.takes(cost, () => rank)

/** How many of a second's requests are taken on; as many of each rank, as they come, evenly spread. */
function second(overload: Overload, perSecond: Partial<Record<Rank, number>>) {
  const taken: Record<Rank, number> = { shopper: 0, newcomer: 0, last: 0 }
  const ranks = Object.keys(perSecond) as Rank[]
  for (let ms = 0; ms < 1_000; ms += 1) {
    vi.advanceTimersByTime(1)
    for (const rank of ranks) {
      const due = Math.floor(((ms + 1) * (perSecond[rank] ?? 0)) / 1_000)
      const before = Math.floor((ms * (perSecond[rank] ?? 0)) / 1_000)
      for (let at = before; at < due; at += 1) if (takes(overload, rank)) taken[rank] += 1
    }
  }
  return taken
}

test('of five times the capacity a process takes on the capacity, whoever comes', () => {
  for (const rank of ['shopper', 'newcomer', 'last'] as const) {
    const overload = createOverload(2_000)
    second(overload, { [rank]: 10_000 })
    const taken = second(overload, { [rank]: 10_000 })[rank]
    expect(taken).toBeGreaterThan(1_990)
    expect(taken).toBeLessThan(2_010)
  }
})

test('a flood of newcomers takes nothing from shoppers, and gets all that those leave', () => {
  const overload = createOverload(2_000)
  second(overload, { newcomer: 10_000 })
  const { shopper, newcomer } = second(overload, { newcomer: 10_000, shopper: 1_500 })
  expect(shopper).toBe(1_500)
  expect(newcomer).toBeGreaterThan(450)
  expect(newcomer).toBeLessThan(550)
})

test('while newcomers are turned away, so is whoever comes last; shoppers who are too many take turns', () => {
  const overload = createOverload(2_000)
  second(overload, { newcomer: 10_000 })
  expect(second(overload, { newcomer: 10_000, last: 100 }).last).toBe(0)
  const { shopper, newcomer } = second(overload, { newcomer: 10_000, shopper: 8_000 })
  expect(shopper).toBeGreaterThan(1_900)
  expect(newcomer).toBeLessThan(100)
})

test('a dear request takes the room of as many cheap ones', () => {
  const overload = createOverload(2_000)
  while (takes(overload, 'newcomer')) {}
  vi.advanceTimersByTime(20)
  expect(takes(overload, 'newcomer', 40)).toBe(true)
  expect(takes(overload, 'newcomer')).toBe(false)
  expect(takes(overload, 'shopper')).toBe(true)
})

test('without a capacity everything is taken on, until the event loop is late twice', () => {
  const overload = createOverload(Number.POSITIVE_INFINITY)
  const window = (delayMs: number) => {
    let taken = 0
    for (let sent = 0; sent < 2_000; sent += 1) if (takes(overload, 'newcomer')) taken += 1
    vi.advanceTimersByTime(windowMs)
    overload.wasLate(delayMs)
    return taken
  }
  expect(window(0)).toBe(2_000)
  window(late)
  expect(window(late), 'once is an accident').toBe(2_000)
  expect(window(late)).toBeLessThan(2_000)
  for (let at = 0; at < 50; at += 1) window(late)
  expect(overload.perSecond(), 'it never stops').toBe(leastPerSecond)
  expect(takes(overload, 'shopper')).toBe(true)
})

test('once the event loop is on time it finds back, at once when there is no more to do', () => {
  const overload = createOverload(4_000)
  for (let at = 0; at < 50; at += 1) {
    vi.advanceTimersByTime(windowMs)
    overload.wasLate(late)
  }
  expect(overload.perSecond()).toBe(leastPerSecond)
  let windows = 0
  for (; overload.perSecond() < 1_000; windows += 1) {
    for (let sent = 0; sent < 2_000; sent += 1) takes(overload, 'newcomer')
    vi.advanceTimersByTime(windowMs)
    overload.wasLate(0)
  }
  expect(windows, 'while a flood goes on, step by step').toBeGreaterThan(10)
  vi.advanceTimersByTime(windowMs)
  overload.wasLate(0)
  vi.advanceTimersByTime(windowMs)
  overload.wasLate(0)
  expect(overload.perSecond()).toBe(4_000)
})

test('when stores hang, what is in flight is bounded, and the later part of it is for shoppers', () => {
  const overload = createOverload(Number.POSITIVE_INFINITY)
  let newcomers = 0
  for (; takes(overload, 'newcomer'); newcomers += 1) overload.begin(1)
  let shoppers = 0
  for (; takes(overload, 'shopper'); shoppers += 1) overload.begin(1)
  expect([newcomers, newcomers + shoppers]).toEqual([unitsInFlight / 2, unitsInFlight])
  overload.end(1)
  expect(takes(overload, 'newcomer')).toBe(false)
  expect(takes(overload, 'shopper')).toBe(true)
})

test('who somebody is costs nothing as long as there is room', () => {
  const overload = createOverload(Number.POSITIVE_INFINITY)
  expect(overload.takes(1, () => expect.fail('nobody has to ask'))).toBe(true)
})

test('under pressure pages are made one after the other, but not for shoppers, and not while there is room', () => {
  const { page } = config.overload.cost
  const overload = createOverload(2_000)
  overload.begin(page)
  expect(takes(overload, 'newcomer', page), 'there is room').toBe(true)
  while (takes(overload, 'newcomer')) {}
  vi.advanceTimersByTime(20)
  expect(takes(overload, 'newcomer', page), 'one is being made').toBe(false)
  expect(takes(overload, 'shopper', page)).toBe(true)
  vi.advanceTimersByTime(20)
  overload.end(page)
  expect(takes(overload, 'newcomer', page), 'it is done').toBe(true)
})
