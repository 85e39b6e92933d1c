import { parseArgs } from 'node:util'
import { config } from '../../lib/config'
import { proofTimes } from '../../lib/contract'
import { slugPattern } from '../../lib/patterns'
import { WrongArguments, wholeNumber } from '../wrong-arguments'
import { parseMoment } from './moment'

export type Command =
  | ({ name: 'create'; json: boolean } & Wish)
  | { name: 'list' }
  | { name: 'pause' | 'resume' | 'close'; slug: string }
  | { name: 'room'; slug: string; rate: number | null }
  | { name: 'verify'; slug: string; json: boolean }

export type Wish = {
  slug: string
  allocation: number
  limit: number
  priceMinor: number
  opensAt: Date
  closesAt: Date
  holdSeconds: number
  paySeconds: number
  proof: (typeof proofTimes)[number]
}

const usage = `npm run sale -- <command>
  create --slug S --allocation N [--limit ${config.sale.defaultLimitPerBuyer}] [--price 1990] [--opens now|+30s|ISO] [--closes +1h]
         [--hold ${config.hold.defaultSeconds}] [--pay ${config.payment.defaultSeconds}] [--room] [--proof none|order|reserves] [--json]
         times with + count from now: s, m, h, d
  list
  pause S | resume S | close S
  room S --rate N              admissions a second, or "auto": as many as the shop can take
  room S --pause | --resume    the same as --rate 0 and --rate auto
  verify S [--json]            exit code 1 when an invariant does not hold`

/** Says "now" a moment early: the sale is open, by Redis' clock too, when the command returns. */
const openAlreadyMs = 1_000

/** The price fits the ledger's integer. */
const mostMinor = 2_000_000_000

/** Reads a command line. Throws `WrongArguments` with one sentence; times count from `now` (ms). */
export function readArguments(argv: string[], now = Date.now()): Command {
  const [name, ...rest] = argv
  switch (name) {
    case 'create':
      return readCreate(rest, now)
    case 'list':
      parseArgs({ args: rest, options: {} })
      return { name }
    case 'pause':
    case 'resume':
    case 'close':
      return {
        name,
        slug: onlySlug(parseArgs({ args: rest, options: {}, allowPositionals: true }).positionals),
      }
    case 'room':
      return readRoom(rest)
    case 'verify': {
      const { values, positionals } = parseArgs({
        args: rest,
        options: { json: { type: 'boolean', default: false } },
        allowPositionals: true,
      })
      return { name, slug: onlySlug(positionals), json: values.json }
    }
    default:
      throw new WrongArguments(name ? `There is no command "${name}".\n${usage}` : usage)
  }
}

function onlySlug(positionals: string[]): string {
  const [slug, ...others] = positionals
  if (!slug || others.length > 0) throw new WrongArguments('Name one sale by its slug.')
  return slug
}

function readRoom(args: string[]): Command {
  const flag = { type: 'boolean', default: false } as const
  const { values, positionals } = parseArgs({
    args,
    options: { rate: { type: 'string' }, pause: flag, resume: flag },
    allowPositionals: true,
  })
  const { rate, pause, resume } = values
  const rates = [...(rate === undefined ? [] : [rate]), ...(pause ? ['0'] : []), ...(resume ? ['auto'] : [])]
  if (rates.length !== 1) throw new WrongArguments('Say one of --rate N, --rate auto, --pause and --resume.')
  const most = config.room.mostPerSecond
  return {
    ...{ name: 'room', slug: onlySlug(positionals) },
    rate: rates[0] === 'auto' ? null : wholeNumber('rate', rates[0], { least: 0, most }),
  }
}

function readCreate(args: string[], now: number): Command {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean', default: false } as const
  const { values } = parseArgs({
    args,
    options: {
      ...{ slug: text, allocation: text, limit: text, price: text, opens: text, closes: text, hold: text },
      ...{ pay: text, room: flag, proof: text, json: flag },
    },
  })
  const { slug = '' } = values
  if (!slugPattern.test(slug)) {
    throw new WrongArguments('--slug is needed: up to 64 lower-case letters, digits and dashes.')
  }
  const { hold, sale, payment } = config
  return {
    ...{ name: 'create', json: values.json, slug, room: values.room },
    allocation: wholeNumber('allocation', values.allocation, { least: 1, most: sale.maxAllocation }),
    limit: wholeNumber('limit', values.limit, {
      ...{ least: 1, most: sale.maxQuantity, otherwise: sale.defaultLimitPerBuyer },
    }),
    priceMinor: wholeNumber('price', values.price, { least: 0, most: mostMinor, otherwise: 1990 }),
    ...window(values.opens ?? 'now', values.closes, now),
    holdSeconds: wholeNumber('hold', values.hold, {
      ...{ least: 1, most: hold.maxSeconds, otherwise: hold.defaultSeconds },
    }),
    proof: proofTime(values.proof),
    paySeconds: wholeNumber('pay', values.pay, {
      ...{ least: 1, most: payment.maxSeconds, otherwise: payment.defaultSeconds },
    }),
  }
}

function proofTime(text = 'none'): Wish['proof'] {
  const found = proofTimes.find((time) => time === text)
  if (found) return found
  throw new WrongArguments(`--proof is one of ${proofTimes.join(', ')}, not "${text}".`)
}

function window(opens: string, closes: string | undefined, now: number): { opensAt: Date; closesAt: Date } {
  const moment = (option: string, text: string) => {
    const found = parseMoment(text, now)
    if (found) return found
    throw new WrongArguments(
      `--${option} is a time such as now, +30s, +1h or 2026-11-27T18:00:00Z, not "${text}".`,
    )
  }
  const opensAt = opens === 'now' ? new Date(now - openAlreadyMs) : moment('opens', opens)
  const closesAt = closes === undefined ? new Date(opensAt.getTime() + 3_600_000) : moment('closes', closes)
  if (closesAt <= opensAt) throw new WrongArguments('The sale would close before it opens: move --closes.')
  return { opensAt, closesAt }
}
