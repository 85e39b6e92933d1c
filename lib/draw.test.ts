import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { sized } from '../tests/size'
import { commitmentOf, drawOf } from './draw'

const draws = 100_000
const bins = 100
/** Chi-square with 99 degrees of freedom exceeds this once in ten thousand fair draws. */
const unlikely = 161.3

// The same ones in each run: what holds for them today does tomorrow.
const seed = '5eed'.repeat(16)
const saleId = 'sal_000000000000'
const buyers = Array.from({ length: draws }, (_, i) => `byr_${i}`)

const chiSquare = (values: number[]) => {
  const counts = new Array<number>(bins).fill(0)
  for (const value of values) {
    const bin = Math.floor(value * bins)
    counts[bin] = (counts[bin] ?? 0) + 1
  }
  const expected = values.length / bins
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
}

test('I17: 100,000 draws are spread evenly, and the same for the same buyer', () => {
  const values = buyers.map((buyerId) => drawOf(seed, saleId, buyerId))
  expect(chiSquare(values)).toBeLessThan(unlikely)
  expect(buyers.map((buyerId) => drawOf(seed, saleId, buyerId))).toEqual(values)
  expect(Math.min(...values)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...values)).toBeLessThan(1)
  // The test itself sees a draw that favours somebody.
  expect(chiSquare(values.map((value) => value ** 1.05))).toBeGreaterThan(unlikely)
})

test('I17: a script that knows nothing of the shop verifies commitment and draws from what was published', () => {
  const published = { seed, commitment: commitmentOf(seed), saleId, joiners: 5_000 }
  const told = buyers.slice(0, sized(10_000, draws)).map((buyerId) => ({
    buyerId,
    position: Math.floor(drawOf(seed, saleId, buyerId) * 5_000),
  }))
  const verify = (input: object) =>
    spawnSync(process.execPath, ['tests/verify-draw.mjs'], { input: JSON.stringify(input), encoding: 'utf8' })
  expect(verify({ ...published, draws: told })).toMatchObject({
    status: 0,
    stdout: `${told.length} draws are right\n`,
  })
  expect(verify({ ...published, commitment: commitmentOf('another'), draws: told }).status).toBe(1)
  const last = told.pop()
  const moved = [...told, { ...last, position: (last?.position ?? 0) + 1 }]
  expect(verify({ ...published, draws: moved }).status).toBe(1)
})
