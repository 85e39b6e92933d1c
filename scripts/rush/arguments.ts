import { parseArgs } from 'node:util'
import { slugPattern } from '../../lib/patterns'
import { WrongArguments, wholeNumber } from '../wrong-arguments'
import type { Cast } from './day/cast'

type Common = {
  slug: string
  /** Buyers who are in the shop at the same time; one who waits for something does not count. */
  concurrency: number
  json: boolean
  /** Where the shop is, when it is not the one that runs here. */
  url: string | undefined
}

export type CrowdOptions = Common & { mode: 'crowd'; buyers: number; chaos: boolean }

export type DayOptions = Common & {
  mode: 'day'
  cast: Cast
  minutes: number
  /** Where the picture goes. */
  chart: string | undefined
}

export type RushOptions = CrowdOptions | DayOptions | { mode: 'help' }

export const usage = `npm run rush -- --sale S --buyers N [--concurrency 100] [--chaos]
    a crowd that storms in at once; --chaos kills servers, workers and stores meanwhile
npm run rush -- --sale S --day …
    a whole day, from before the opening until nobody waits any more
      --joiners 20000     people who come before the opening
      --late 1000         people who come in the minute after it
      --abandon 0.1       share of the people who leave before they have bought
      --robots 200        robots that call ten times as often as a page, with one identity each,
                          and as many identities again of robots with several
      --identities 10     so many
      --minutes 10        everybody goes home so long after the opening
      --seed 1            who leaves and how long people think; the draw is the shop's
      --chart FILE.svg    the day as a picture
      --concurrency 100   people in the shop at the same moment
Both take --json and --url http://…. Exit code 1 when something is wrong, or when a robot's chance to buy
is above a person's.`

const mostBuyers = 1_000_000
const mostConcurrency = 2_000
const mostInADay = 200_000

const text = { type: 'string' } as const
const flag = { type: 'boolean', default: false } as const
const crowdOnly = { buyers: text, chaos: flag }
const dayOnly = {
  ...{ joiners: text, late: text, abandon: text, robots: text, identities: text, minutes: text },
  ...{ seed: text, chart: text },
}

/** Reads the command line of `npm run rush`. Throws `WrongArguments` with one sentence. */
export function readArguments(argv: string[]): RushOptions {
  const { values } = parseArgs({
    args: argv,
    options: {
      ...{ sale: text, concurrency: text, url: text, json: flag, day: flag, help: flag },
      ...crowdOnly,
      ...dayOnly,
    },
  })
  if (values.help) return { mode: 'help' }
  const { sale: slug = '', url } = values
  if (!slugPattern.test(slug)) {
    throw new WrongArguments('--sale is needed: the slug of a sale ("npm run sale -- list" shows them).')
  }
  if (url !== undefined && !(URL.canParse(url) && /^https?:/.test(url))) {
    throw new WrongArguments(`--url is the address of a shop, such as http://localhost:3000, not "${url}".`)
  }
  const others = Object.keys(values.day ? crowdOnly : dayOnly) as (keyof typeof values)[]
  const misplaced = others.find((name) => values[name])
  if (misplaced)
    throw new WrongArguments(`--${misplaced} ${values.day ? 'is not for --day' : 'needs --day'}.`)
  const number = (name: 'joiners' | 'late' | 'robots' | 'identities' | 'minutes' | 'seed', of: Bounds) =>
    wholeNumber(name, values[name], of)
  const common = {
    ...{ slug, url, json: values.json },
    concurrency: wholeNumber('concurrency', values.concurrency, {
      ...{ least: 1, most: mostConcurrency, otherwise: 100 },
    }),
  }
  if (!values.day) {
    const buyers = wholeNumber('buyers', values.buyers, { least: 1, most: mostBuyers })
    return { mode: 'crowd', ...common, buyers, chaos: values.chaos }
  }
  return {
    ...{ mode: 'day', ...common, chart: values.chart },
    cast: {
      joiners: number('joiners', { least: 1, most: mostInADay, otherwise: 20_000 }),
      late: number('late', { least: 0, most: mostInADay, otherwise: 1_000 }),
      abandon: shareOf('abandon', values.abandon ?? '0.1'),
      robots: number('robots', { least: 0, most: 10_000, otherwise: 200 }),
      identities: number('identities', { least: 1, most: 1_000, otherwise: 10 }),
      seed: number('seed', { least: 0, most: 2 ** 31, otherwise: 1 }),
    },
    minutes: number('minutes', { least: 1, most: 1_440, otherwise: 10 }),
  }
}

type Bounds = { least: number; most: number; otherwise: number }

function shareOf(option: string, given: string): number {
  const share = /^(0|1|0?\.\d+)$/.test(given) ? Number(given) : Number.NaN
  if (share >= 0 && share <= 1) return share
  throw new WrongArguments(`--${option} is a share from 0 to 1, such as 0.1, not "${given}".`)
}
