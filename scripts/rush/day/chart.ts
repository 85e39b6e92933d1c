import type { Kind } from './cast'
import { verdictOf } from './describe'
import type { DayReport } from './report'
import type { Chance } from './statistics'

const size = { width: 960, left: 84, right: 24, top: 128, panel: 230, gap: 112, row: 36 }
const inner = size.width - size.left - size.right

const style = `
  svg { font: 13px system-ui, sans-serif; }
  .ground { fill: #ffffff; } .ink { fill: #1c1917; } .quiet { fill: #57534e; } .grid { stroke: #e7e5e4; }
  .person { fill: #2563eb; stroke: #2563eb; } .robot { fill: #dc2626; stroke: #dc2626; } .many { fill: #d97706; stroke: #d97706; }
  .admitted { fill: #a8a29e; stroke: #a8a29e; } .paid { fill: #15803d; stroke: #15803d; }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #171412; } .ink { fill: #f5f5f4; } .quiet { fill: #a8a29e; } .grid { stroke: #37322e; }
    .person { fill: #60a5fa; stroke: #60a5fa; } .robot { fill: #f87171; stroke: #f87171; } .many { fill: #fbbf24; stroke: #fbbf24; }
    .admitted { fill: #78716c; stroke: #78716c; } .paid { fill: #4ade80; stroke: #4ade80; }
  }
  .dot { stroke: none; } .bar { stroke: none; fill-opacity: 0.3; } .line { fill: none; stroke-width: 2; }
  .title { font-weight: 600; }`

const names: Record<Kind, string> = {
  person: 'people',
  robot: 'robots with one identity',
  many: 'identities of robots with several',
}
/** The few are drawn over the many. */
const kinds = ['person', 'many', 'robot'] as const

const escaped = (says: string) => says.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
const write = (x: number, y: number, says: string, look = 'quiet', anchor = 'start') =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" class="${look}" text-anchor="${anchor}">${escaped(says)}</text>`

/** Where values from 0 to `most` lie on an axis of this length. */
const scale = (most: number, length: number) => (value: number) => (value / most) * length

/** Round steps, about five of them. */
function stepsTo(most: number): number[] {
  const power = 10 ** Math.floor(Math.log10(most / 5))
  const step = ([1, 2, 5].find((factor) => 5 * factor * power >= most) ?? 10) * power
  return Array.from({ length: Math.floor(most / step + 1e-9) + 1 }, (_, at) => at * step)
}

type Axis = { most: number; label: string; says(value: number): string }

const plain = (value: number) => value.toLocaleString('en')
const percent = (value: number) => `${Math.round(value * 1_000) / 10} %`

/** Title, grid and labels of a panel whose upper edge is at `top`, with what its colours mean. */
function frame(top: number, title: string, x: Axis, y: Axis, means: [look: string, says: string][]): string {
  const bottom = top + size.panel
  const [across, up] = [scale(x.most, inner), scale(y.most, size.panel)]
  let end = size.width - size.right
  const legend = means.toReversed().map(([look, says]) => {
    const from = end - 6.6 * says.length
    end = from - 32
    return `<circle cx="${from - 10}" cy="${top - 18}" r="4" class="${look} dot"/>${write(from, top - 14, says)}`
  })
  return [
    write(size.left, top - 14, `${title}, ${y.label}`, 'ink title'),
    ...legend,
    ...stepsTo(y.most).map((value) => {
      const at = bottom - up(value)
      return `<path class="grid" d="M${size.left} ${at.toFixed(1)}h${inner}"/>${write(size.left - 8, at + 4, y.says(value), 'quiet', 'end')}`
    }),
    ...stepsTo(x.most).map((value) =>
      write(size.left + across(value), bottom + 20, x.says(value), 'quiet', 'middle'),
    ),
    write(size.width - size.right, bottom + 40, x.label, 'quiet', 'end'),
  ].join('\n')
}

/** Each admission by its draw and its moment: a line that rises where the room is fair. */
function drawPanel(top: number, { admissions }: DayReport): string {
  const drawn = admissions.flatMap(({ kind, draw, atMs = 0 }) =>
    draw === null ? [] : [{ kind, draw, seconds: atMs / 1_000 }],
  )
  const x = {
    most: Math.max(0.001, ...drawn.map(({ draw }) => draw)),
    label: 'draw, the best first',
    says: percent,
  }
  const y = {
    most: Math.max(1, ...drawn.map(({ seconds }) => seconds)),
    label: 'seconds after the opening',
    says: plain,
  }
  const [across, up] = [scale(x.most, inner), scale(y.most, size.panel)]
  const came = kinds.filter((kind) => drawn.some((each) => each.kind === kind))
  return [
    frame(
      ...([top, 'Admitted', x, y] as const),
      came.map((kind) => [kind, names[kind]]),
    ),
    ...came.flatMap((kind) =>
      drawn
        .filter((each) => each.kind === kind)
        .map(({ draw, seconds }) => {
          const at = `cx="${(size.left + across(draw)).toFixed(1)}" cy="${(top + size.panel - up(seconds)).toFixed(1)}"`
          return `<circle ${at} r="${kind === 'person' ? 2 : 3.2}" class="${kind} dot"/>`
        }),
    ),
  ].join('\n')
}

/** How many had been admitted and how many had paid, over time. */
function servedPanel(top: number, { admissions, paidAfterMs }: DayReport): string {
  const admitted = admissions.map(({ atMs = 0 }) => atMs).toSorted((a, b) => a - b)
  const lines = { admitted, paid: paidAfterMs }
  const x = {
    most: Math.max(1_000, admitted.at(-1) ?? 0, paidAfterMs.at(-1) ?? 0) / 1_000,
    ...{ label: 'seconds after the opening', says: plain },
  }
  const y = { most: Math.max(1, admitted.length, paidAfterMs.length), label: 'shoppers', says: plain }
  const [across, up] = [scale(x.most, inner), scale(y.most, size.panel)]
  const shown = (['admitted', 'paid'] as const).filter((name) => lines[name].length > 0)
  return [
    frame(
      ...([top, 'Served', x, y] as const),
      shown.map((name) => [name, `${plain(lines[name].length)} ${name}`]),
    ),
    ...shown.map((name) => {
      const steps = lines[name].map(
        (ms, at) =>
          `H${(size.left + across(ms / 1_000)).toFixed(1)}V${(top + size.panel - up(at + 1)).toFixed(1)}`,
      )
      return `<path class="${name} line" d="M${size.left} ${top + size.panel}${steps.join('')}H${size.left + inner}"/>`
    }),
  ].join('\n')
}

/** The chances with their confidence. */
function chancePanel(top: number, { chances, cast }: DayReport): string {
  const all: [string, Chance, Kind][] = [
    ['a person who stays', chances.person, 'person'],
    ['a robot with one identity', chances.robot, 'robot'],
    ['each identity of one with several', chances.manyIdentity, 'many'],
    [`a robot with ${cast.identities} identities`, chances.many, 'many'],
  ]
  const rows = all.filter(([, chance]) => chance.of > 0)
  const left = size.left + 228
  const across = scale(Math.max(0.001, ...rows.map(([, { to }]) => to)), size.width - size.right - left - 200)
  return [
    write(size.left, top - 14, 'Chance to buy, with its 95 % confidence', 'ink title'),
    ...rows.map(([name, { share, from, to }, look], at) => {
      const y = top + 16 + at * size.row
      return [
        write(left - 12, y + 4, name, 'quiet', 'end'),
        `<rect x="${left}" y="${y - 9}" width="${across(share).toFixed(1)}" height="18" rx="3" class="${look} bar"/>`,
        `<path class="${look} line" d="M${(left + across(from)).toFixed(1)} ${y}H${(left + across(to)).toFixed(1)}"/>`,
        `<circle cx="${(left + across(share)).toFixed(1)}" cy="${y}" r="4.5" class="${look} dot"/>`,
        write(
          left + across(to) + 12,
          y + 4,
          `${percent(share)}  (${percent(from)} to ${percent(to)})`,
          'ink',
        ),
      ].join('\n')
    }),
  ].join('\n')
}

/** The day as a picture, an SVG file that needs nothing else. Reads well in light and dark. */
export function chartOf(report: DayReport): string {
  const panels = [...(report.order ? [drawPanel] : []), servedPanel, chancePanel]
  const topOf = (at: number) => size.top + at * (size.panel + size.gap)
  const height = topOf(panels.length - 1) + 4 * size.row + 24
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${height}" width="${size.width}" height="${height}">
<style>${style}</style>
<rect width="${size.width}" height="${height}" class="ground"/>
<text x="${size.left}" y="44" class="ink title" font-size="20">A day of “${escaped(report.sale)}”</text>
${write(size.left, 70, verdictOf(report))}
${panels.map((panel, at) => panel(topOf(at), report)).join('\n')}
</svg>
`
}
