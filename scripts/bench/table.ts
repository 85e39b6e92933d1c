import type { Report, Spread } from './report'

const number = (value: number) =>
  value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(value >= 10 ? 1 : 2)

const spread = ({ min, max }: Spread) => `${number(min)}–${number(max)}`

/** The report for a terminal. */
export function tableOf({ lines, ratios, bars }: Report): string {
  const row = (name: string, value: string, range: string, rest = '') =>
    `  ${name.padEnd(36)}${value.padStart(9)}   ${range.padEnd(18)}${rest}`.trimEnd()
  return [
    row('a second', 'median', 'min–max'),
    ...lines.map((line) => row(line.name, number(line.median), spread(line), line.unit)),
    '',
    row('ratio, within each round', 'median', 'min–max'),
    ...ratios.map((ratio) => row(ratio.name, number(ratio.median), spread(ratio))),
    '',
    ...bars.map(
      ({ name, wanted, got, passed }) =>
        `  ${passed ? '✓' : '✗'} ${name.padEnd(50)} ${wanted.padStart(7)}   got ${number(got)}`,
    ),
  ].join('\n')
}
