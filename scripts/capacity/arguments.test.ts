import { expect, test } from 'vitest'
import { WrongArguments } from '../wrong-arguments'
import { readArguments } from './arguments'
import { readCosts, shippedCosts } from './costs'

test('numbers may be written with an exponent', () => {
  const options = readArguments(['--shoppers', '1e6', '--stock', '1.5e3', '--cdn', '0.5', '--no-room'])
  expect(options?.scenario).toMatchObject({ shoppers: 1_000_000, stock: 1_500, cdn: 0.5, room: false })
})

test('as many processes as cores, unless somebody says otherwise', () => {
  const processes = (...argv: string[]) => readArguments(argv)?.scenario.processes
  expect(processes('--machines', '3', '--cores', '8')).toBe(24)
  expect(processes('--machines', '3', '--cores', '8', '--processes', '5')).toBe(5)
})

test.each([
  [['--shoppers', '0'], '--shoppers is a whole number from 1 to 20000000, not "0".'],
  [['--shoppers', '1.5'], '--shoppers is a whole number'],
  [['--shoppers', '1e99'], '--shoppers'],
  [['--shoppers', '-5'], '--shoppers'],
  [['--stock', 'many'], '--stock is a whole number from 1 to 5000000, not "many".'],
  [['--abandon', '1.2'], '--abandon is a number from 0 to 0.99, not "1.2".'],
  [['--cdn', 'NaN'], '--cdn'],
  [['--hold', '1e9'], '--hold'],
  [['--rate', '0'], '--rate'],
  [['--no-room', '--rate', '5'], '--rate is the rate of a waiting room: leave out --no-room.'],
  [['--together', '--machines', '2'], '--together'],
  [['--machines', '4', '--processes', '2'], '--processes counts all of them'],
])('%j is one clear sentence', (argv, sentence) => {
  const read = () => readArguments(argv)
  // `parseArgs` takes "-5" for an option of its own and says so itself.
  if (argv.includes('-5')) return expect(read).toThrow(/--shoppers/)
  expect(read).toThrow(WrongArguments)
  expect(read).toThrow(sentence)
})

test('costs come from the file that is named, and from nowhere else', () => {
  expect(() => readCosts('/nowhere.json')).toThrow('--costs: there is no file "/nowhere.json".')
  expect(() => readCosts('package.json')).toThrow(WrongArguments)
  expect(shippedCosts.source).toContain('another machine')
})
