import type { Outcome } from './outcome'
import { type Part, parts } from './shop'

const size = { width: 960, left: 84, right: 24, top: 92, panel: 150, gap: 70, bottom: 52 }
const inner = size.width - size.left - size.right
/** Columns of data: more than that nobody can see. */
const columns = 420

type Series = { name: string; color: string; values: number[]; isArea?: boolean }
type Panel = { title: string; most: number; series: Series[]; label(value: number): string }

const style = `
  svg { font: 13px system-ui, sans-serif; }
  .ground { fill: #ffffff; } .ink { fill: #1c1917; } .quiet { fill: #57534e; } .grid { stroke: #e7e5e4; } .opening { stroke: #57534e; }
  .a { fill: #15803d; stroke: #15803d; } .b { fill: #f59e0b; stroke: #f59e0b; } .c { fill: #a8a29e; stroke: #a8a29e; }
  .d { fill: #2563eb; stroke: #2563eb; } .e { fill: #db2777; stroke: #db2777; }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #171412; } .ink { fill: #f5f5f4; } .quiet { fill: #a8a29e; } .grid { stroke: #37322e; } .opening { stroke: #a8a29e; }
    .a { fill: #4ade80; stroke: #4ade80; } .b { fill: #fbbf24; stroke: #fbbf24; } .c { fill: #78716c; stroke: #78716c; }
    .d { fill: #60a5fa; stroke: #60a5fa; } .e { fill: #f472b6; stroke: #f472b6; }
  }
  .line { fill: none; stroke-width: 1.75; stroke-linejoin: round; } .area { stroke: none; fill-opacity: 0.85; }`

const short = (value: number) =>
  value >= 1e6 ? `${trim(value / 1e6)} M` : value >= 1e4 ? `${trim(value / 1e3)} k` : trim(value)
const trim = (value: number) => (Math.round(value * 100) / 100).toLocaleString('en')
const percent = (value: number) => `${Math.round(100 * value)} %`
const after = (seconds: number) =>
  seconds < 100 ? `after ${Math.round(seconds)} s` : `after ${Math.round(seconds / 60)} min`
const count = (value: number) => value.toLocaleString('en')

/** The outcome as a picture: units, queues and how busy each part is, over time. Reads well in light and dark. */
export function drawChart(outcome: Outcome): string {
  const { timeline, beginsAt, scenario } = outcome
  const to = endOf(outcome)
  const span = { from: beginsAt, to }
  const x = (second: number) => size.left + (inner * (second - beginsAt)) / (to - beginsAt)
  const column = (values: number[], pick: (some: number[]) => number) =>
    Array.from({ length: columns }, (_, at) => {
      const from = Math.floor((at * (to - beginsAt)) / columns)
      const until = Math.max(from + 1, Math.floor(((at + 1) * (to - beginsAt)) / columns))
      return pick(values.slice(from, until))
    })
  const last = (some: number[]) => some.at(-1) ?? 0
  const most = (some: number[]) => Math.max(0, ...some)
  const ofTimeline = (name: 'free' | 'held' | 'sold' | 'inRoom' | 'watching' | 'queued', pick = last) =>
    column(
      timeline.map((moment) => moment[name]),
      pick,
    )
  const queues: Series[] = [
    {
      name: scenario.room ? 'in the waiting room' : 'watching',
      color: 'd',
      values: ofTimeline(scenario.room ? 'inRoom' : 'watching'),
    },
    { name: 'requests that wait for a server', color: 'e', values: ofTimeline('queued', most) },
  ]
  const words: Record<Part, [string, string]> = {
    servers: ['servers', 'd'],
    redis: ['Redis', 'e'],
    ledger: ['Postgres', 'a'],
  }
  const panels: Panel[] = [
    {
      ...{ title: 'Units', most: scenario.stock, label: short },
      series: stacked([
        { name: 'sold', color: 'a', values: ofTimeline('sold'), isArea: true },
        { name: 'in carts and unpaid orders', color: 'b', values: ofTimeline('held'), isArea: true },
        { name: 'free', color: 'c', values: ofTimeline('free'), isArea: true },
      ]),
    },
    {
      ...{ title: 'Waiting: shoppers, requests', label: short, series: queues },
      most: nice(Math.max(1, ...queues.flatMap(({ values }) => values))),
    },
    {
      ...{ title: 'How busy, of what each can do', most: 1, label: percent },
      series: parts.map((part) => ({
        ...{ name: words[part][0], color: words[part][1] },
        values: column(outcome.parts[part].utilisation, most),
      })),
    },
  ]
  const height = size.top + panels.length * size.panel + (panels.length - 1) * size.gap + size.bottom
  const title = `${count(scenario.shoppers)} shoppers, ${count(scenario.stock)} units`
  const soldOut = outcome.soldOutSeconds
  const under =
    `${soldOut === null ? `${count(outcome.units.left)} units are left` : `sold out ${after(soldOut)}`}, ` +
    `${scenario.room ? 'with' : 'without'} a waiting room, ${scenario.processes} server processes (simulated)`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${height}" width="${size.width}" height="${height}" role="img" aria-label="${title}: ${under}">`,
    `<style>${style}\n</style>`,
    `<rect class="ground" width="100%" height="100%"/>`,
    `<text class="ink" x="${size.left}" y="34" font-size="20" font-weight="600">${title}</text>`,
    `<text class="quiet" x="${size.left}" y="56">${under}</text>`,
    ...panels.flatMap((panel, at) => drawPanel(panel, size.top + at * (size.panel + size.gap), span, x)),
    ...drawTimes(span, x, height),
    '</svg>\n',
  ].join('\n')
}

/** What comes after the last sale, or the last shopper, is not worth the paper. */
function endOf({ timeline, soldOutSeconds, beginsAt }: Outcome): number {
  const last = timeline.at(-1)?.second ?? beginsAt + 1
  return soldOutSeconds === null ? last : Math.min(last, Math.ceil(soldOutSeconds * 1.15 + 10))
}

/** Each on top of the ones before: the topmost is drawn first, and the others over it. */
function stacked(series: Series[]): Series[] {
  const sums = new Array<number>(columns).fill(0)
  return series
    .map((each) => ({
      ...each,
      values: each.values.map((value, at) => (sums[at] = (sums[at] ?? 0) + value)),
    }))
    .toReversed()
}

function drawPanel(
  { title, most, series, label }: Panel,
  top: number,
  span: { from: number; to: number },
  x: (second: number) => number,
): string[] {
  const y = (value: number) => top + size.panel * (1 - Math.min(1, value / most))
  const at = (column: number) => size.left + (inner * column) / (columns - 1)
  const points = (values: number[]) =>
    values.map((value, column) => `${at(column).toFixed(1)},${y(value).toFixed(1)}`).join(' ')
  const legend = (series.some(({ isArea }) => isArea) ? series.toReversed() : series).map(
    ({ name, color }) => ({ name, color }),
  )
  let legendX = size.left + inner
  const legendItems = legend.toReversed().map(({ name, color }) => {
    legendX -= 7 * name.length + 30
    return `<rect class="${color}" x="${legendX}" y="${top - 21}" width="12" height="12" rx="2"/><text class="quiet" x="${legendX + 18}" y="${top - 10}">${name}</text>`
  })
  const opening = x(0)
  return [
    `<text class="ink" x="${size.left}" y="${top - 10}" font-weight="600">${title}</text>`,
    ...legendItems,
    ...[0, 0.5, 1].map((share) => {
      const level = y(share * most).toFixed(1)
      return `<line class="grid" x1="${size.left}" x2="${size.left + inner}" y1="${level}" y2="${level}"/><text class="quiet" x="${size.left - 10}" y="${Number(level) + 4}" text-anchor="end">${label(share * most)}</text>`
    }),
    ...series.map(({ color, values, isArea }) =>
      isArea
        ? `<polygon class="${color} area" points="${size.left},${y(0)} ${points(values)} ${size.left + inner},${y(0)}"/>`
        : `<polyline class="${color} line" points="${points(values)}"/>`,
    ),
    ...(span.from < 0
      ? [
          `<line class="opening" x1="${opening}" x2="${opening}" y1="${top}" y2="${top + size.panel}" stroke-dasharray="3 3"/>`,
        ]
      : []),
  ]
}

function drawTimes(
  span: { from: number; to: number },
  x: (second: number) => number,
  height: number,
): string[] {
  const step = stepOf(span.to - span.from)
  const first = Math.ceil(span.from / step) * step
  const marks = Array.from({ length: Math.floor((span.to - first) / step) + 1 }, (_, at) => first + at * step)
  const text = (second: number) =>
    second === 0
      ? 'opening'
      : step >= 60
        ? `${second > 0 ? '+' : '−'}${Math.abs(second) / 60} min`
        : `${second > 0 ? '+' : '−'}${Math.abs(second)} s`
  return marks.map(
    (second) =>
      `<text class="quiet" x="${x(second).toFixed(1)}" y="${height - 26}" text-anchor="middle">${text(second)}</text>`,
  )
}

/** Seconds between two marks, so that there are about eight. */
const stepOf = (seconds: number) =>
  [5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200].find((step) => seconds / step <= 9) ?? 14_400

/** The next round number. */
function nice(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= value) ?? 10) * power
}
