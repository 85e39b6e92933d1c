import { parseArgs } from 'node:util'
import { slugPattern } from '../../lib/patterns'
import { WrongArguments, wholeNumber } from '../wrong-arguments'

export type RushOptions = {
  slug: string
  buyers: number
  /** Buyers who are in the shop at the same time; one who waits for units to come back does not count. */
  concurrency: number
  chaos: boolean
  json: boolean
  /** Where the shop is, when it is not the one that runs here. */
  url: string | undefined
}

const mostBuyers = 1_000_000
const mostConcurrency = 2_000

/** Reads the command line of `npm run rush`. Throws `WrongArguments` with one sentence. */
export function readArguments(argv: string[]): RushOptions {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean', default: false } as const
  const { values } = parseArgs({
    args: argv,
    options: { sale: text, buyers: text, concurrency: text, url: text, chaos: flag, json: flag },
  })
  const { sale: slug = '', url } = values
  if (!slugPattern.test(slug)) {
    throw new WrongArguments('--sale is needed: the slug of a sale ("npm run sale -- list" shows them).')
  }
  if (url !== undefined && !(URL.canParse(url) && /^https?:/.test(url))) {
    throw new WrongArguments(`--url is the address of a shop, such as http://localhost:3000, not "${url}".`)
  }
  return {
    slug,
    buyers: wholeNumber('buyers', values.buyers, { least: 1, most: mostBuyers }),
    concurrency: wholeNumber('concurrency', values.concurrency, {
      ...{ least: 1, most: mostConcurrency, otherwise: 100 },
    }),
    chaos: values.chaos,
    json: values.json,
    url,
  }
}
