import type { Line, Reading } from './lines'

type Round = Map<string, Reading>

/** One line over another, pair by pair within each round. */
export type Comparison = { name: string; line: string; yardstick: string; factor?: number; atLeast?: number }

/** What is compared with what, and how much of it is the least that is good enough. */
const comparisons: Comparison[] = [
  { name: 'live / no-op route', line: 'live', yardstick: 'no-op route, GET', atLeast: 0.9 },
  { name: 'live / bare Node', line: 'live', yardstick: 'live, bare Node', atLeast: 0.8 },
  { name: 'static sale page / no-op route', line: 'sale page, static', yardstick: 'no-op route, GET' },
  {
    name: 'sold-through refusal / no-op route',
    line: 'refusal, sold through',
    yardstick: 'no-op route, POST',
  },
  {
    name: 'sold-through refusal / bare Node',
    line: 'refusal, sold through',
    yardstick: 'refusal, bare Node',
    atLeast: 0.8,
  },
  { name: 'reserve API / no-op route', line: 'reserve, API', yardstick: 'no-op route, POST' },
  {
    name: 'reserve action / no-op action',
    line: 'reserve, action',
    yardstick: 'no-op action',
    atLeast: 0.85,
  },
  { name: 'reserve API / bare Node', line: 'reserve, API', yardstick: 'reserve, bare Node' },
  {
    name: 'reserve with all guards / bare Node',
    line: 'reserve, admitted, both limits',
    yardstick: 'reserve and limits, bare Node',
    atLeast: 0.5,
  },
  { name: 'join / bare Node', line: 'join', yardstick: 'join, bare Node', atLeast: 0.6 },
  {
    name: 'page from nginx cache / from a file',
    line: 'page, nginx cache',
    yardstick: 'page, nginx file',
    atLeast: 0.9,
  },
  {
    name: 'whole purchases / bare Node',
    line: 'whole purchases',
    yardstick: 'whole purchases, bare Node',
    atLeast: 0.5,
  },
  {
    name: 'whole purchases / no-op route',
    line: 'whole purchases',
    yardstick: 'no-op route, GET',
    atLeast: 0.1,
  },
  {
    name: 'purchase requests / no-op route',
    line: 'whole purchases',
    factor: 5,
    yardstick: 'no-op route, GET',
  },
  // The rivals have ten connections at work, a shop of a few processes as many claims.
  { name: 'claim / hot-row counter', line: 'claim, 4 at a time', yardstick: 'hot-row counter', atLeast: 10 },
  { name: 'one claim / hot-row counter', line: 'claim, 1 at a time', yardstick: 'hot-row counter' },
  { name: 'claim / SERIALIZABLE', line: 'claim, 4 at a time', yardstick: 'SERIALIZABLE' },
  {
    name: 'claim / raw insert',
    line: 'claim, 4 at a time',
    yardstick: 'raw insert, 4 at a time',
    atLeast: 0.3,
  },
  { name: 'one claim / one raw insert', line: 'claim, 1 at a time', yardstick: 'raw insert, 1 at a time' },
]

/** These lines are answered from process memory. */
const withoutCommands = ['live', 'refusal, sold through']

export type Spread = { median: number; min: number; max: number }

function spreadOf(values: number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const at = (index: number) => sorted[index] ?? Number.NaN
  const median = sorted.length % 2 ? at(Math.floor(middle)) : (at(middle - 1) + at(middle)) / 2
  return { median, min: at(0), max: at(sorted.length - 1) }
}

export type Report = ReturnType<typeof reportOf>

export function reportOf(lines: Line[], rounds: Round[]) {
  const values = (name: string) => rounds.map((round) => round.get(name)?.perSecond ?? Number.NaN)
  const measured = lines.map(({ name, unit }) => ({
    ...{ name, unit, ...spreadOf(values(name)), values: values(name) },
    wrong: rounds.reduce((sum, round) => sum + (round.get(name)?.wrong ?? 0), 0),
  }))
  const isMeasured = (name: string) => lines.some((line) => line.name === name)
  const compared = comparisons.filter(({ line, yardstick }) => isMeasured(line) && isMeasured(yardstick))
  const ratios = compared.map(({ name, line, yardstick, factor = 1, atLeast }) => {
    const below = values(yardstick)
    const each = values(line).map((value, i) => (factor * value) / (below[i] ?? Number.NaN))
    return { name, ...spreadOf(each), atLeast }
  })
  const commands = withoutCommands.filter(isMeasured).map((line) => ({
    line,
    most: Math.max(...rounds.map((round) => round.get(line)?.commandsEach ?? Number.NaN)),
  }))
  const bars = [
    ...ratios.flatMap(({ name, median, atLeast }) =>
      atLeast === undefined ? [] : [{ name, wanted: `≥ ${atLeast}`, got: median, passed: median >= atLeast }],
    ),
    ...commands.map(({ line, most }) => ({
      ...{ name: `Redis commands per request: ${line}`, wanted: '0', got: most, passed: most === 0 },
    })),
    ...measured
      .filter(({ wrong }) => wrong > 0)
      .map(({ name, wrong }) => ({
        ...{ name: `unexpected answers: ${name}`, wanted: '0', got: wrong, passed: false },
      })),
  ]
  return { lines: measured, ratios, commands, bars }
}
