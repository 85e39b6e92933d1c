import { expect, test } from 'vitest'
import { shippedCosts } from './costs'
import { simulateRush } from './rush-crowd'

const usual = {
  ...{ buyers: 600, stock: 150, concurrency: 50, seed: 1, crowdMs: 0.5 },
  hardware: { machines: 1, cores: 2, processes: 1, together: true },
}

test('the crowd of a rush buys everything, and no machine works more than it has cores', () => {
  const { sold, sellSeconds, totalSeconds, workedSeconds } = simulateRush(usual, shippedCosts)
  expect(sold).toBe(usual.stock)
  expect(sellSeconds).toBeLessThanOrEqual(totalSeconds)
  const worked = Object.values(workedSeconds).reduce((sum, seconds) => sum + seconds, 0)
  expect(worked).toBeGreaterThan(1)
  expect(worked).toBeLessThanOrEqual(usual.hardware.cores * totalSeconds + 0.001)
})

test('on a machine with less to give the same rush takes longer', () => {
  const whole = simulateRush(usual, shippedCosts)
  const half = simulateRush({ ...usual, hardware: { ...usual.hardware, cores: 1 } }, shippedCosts)
  expect(half.sellSeconds).toBeGreaterThan(1.5 * whole.sellSeconds)
})
