import { expect, test } from 'vitest'
import { sized } from '../../tests/size'
import { Clock } from './clock'
import { Line } from './line'
import { Load } from './load'
import { Machine } from './machine'
import { Random } from './random'

const customers = sized(60_000, 1_000_000)

/** Customers who come at random, in their mean time in the system, with so many ms of work each. */
function meanTime({ load, threads = 1, cores = threads, work }: Queue): number {
  const clock = new Clock()
  const random = new Random(7)
  const line = new Line(new Machine(clock, cores), threads, new Load(clock, 0, cores))
  let spent = 0
  let left = customers
  const arrive = () => {
    const came = clock.now
    line.submit(work(random), () => {
      spent += clock.now - came
    })
    left -= 1
    if (left > 0) clock.after(random.exponential(10 / (load * cores)), arrive)
  }
  clock.after(0, arrive)
  while (clock.step()) {}
  return spent / customers
}
type Queue = { load: number; threads?: number; cores?: number; work(random: Random): number }

const exponential = (random: Random) => random.exponential(10)
const constant = () => 10

/** Means of waits are correlated, hence wider than those of as many independent draws. */
const within = (measured: number, formula: number) => Math.abs(measured / formula - 1)

test.each([0.3, 0.6, 0.8])(
  'a line with work of any length (M/M/1) at load %f waits as the formula says',
  (load) => {
    expect(within(meanTime({ load, work: exponential }), 10 / (1 - load))).toBeLessThan(0.06)
  },
)

test.each([0.3, 0.6, 0.8])('a line with equal work (M/D/1) at load %f waits as the formula says', (load) => {
  const formula = 10 + (10 * load) / (2 * (1 - load))
  expect(within(meanTime({ load, work: constant }), formula)).toBeLessThan(0.06)
  // The formula for the other kind of work is well away, so that the line above could tell.
  expect(within(formula, 10 / (1 - load))).toBeGreaterThan(0.1)
})

test('two threads with a line in front (M/M/2) wait as the formula says', () => {
  const load = 0.7
  expect(within(meanTime({ load, threads: 2, work: exponential }), 10 / (1 - load ** 2))).toBeLessThan(0.06)
})

test('threads that share one core take as long as one line for it, whatever their number', () => {
  const load = 0.7
  const shared = meanTime({ load, threads: 50, cores: 1, work: exponential })
  expect(within(shared, 10 / (1 - load))).toBeLessThan(0.06)
})

test('no core does more than there is time for', () => {
  const clock = new Clock()
  const machine = new Machine(clock, 2)
  let ended = 0
  for (let thread = 0; thread < 10; thread++) {
    machine.run(100, {
      done: () => {
        ended = clock.now
      },
    })
  }
  while (clock.step()) {}
  expect(ended).toBeCloseTo(500, 6)
})
