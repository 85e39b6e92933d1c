import { parseArgs } from 'node:util'
import { config } from '../../lib/config'
import { WrongArguments } from '../wrong-arguments'
import type { Scenario } from './scenario'

export type CapacityOptions = {
  scenario: Scenario
  /** The share of what it can do that no part of the shop should exceed. */
  target: number
  json: boolean
  chart: string | undefined
  costs: string | undefined
  /** Plays a real crowd on this machine as well, and compares. */
  check: boolean
}

export const usage = `npm run capacity -- [options]: simulates a sale with what "npm run bench" measured. Numbers may be written as 1e6.
  the crowd     --shoppers 1e5  --arrival-seconds 300 (mean of those who come after the first storm)  --api (not through the pages)
  the sale      --stock 1000  --limit 2  --hold ${config.hold.defaultSeconds}  --abandon 0.1  --decline 0.03  --room | --no-room  --rate N (admissions/s)
  the machines  --machines 1  --cores 4 (of each, and of the ledger's)  --processes N (in all; one a core)  --together (stores too)
                --cdn 0.99 (share of page views it answers; 0: there is none)  --target 0.7 (how busy a part may be)
  the rest      --seed 1  --costs FILE  --chart FILE.svg  --json  --check (plays a real crowd here as well, and compares)`

const most = { shoppers: 20_000_000, check: 20_000, processes: 1_000 }

/** Reads the command line of `npm run capacity`; null when it asks for help. Throws `WrongArguments` with one sentence. */
export function readArguments(argv: string[]): CapacityOptions | null {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean', default: false } as const
  const { values } = parseArgs({
    args: argv,
    allowNegative: true,
    options: {
      ...{ shoppers: text, stock: text, limit: text, processes: text, machines: text, cores: text },
      ...{ rate: text, hold: text, abandon: text, decline: text, cdn: text, target: text, seed: text },
      ...{ 'arrival-seconds': text, costs: text, chart: text },
      ...{
        room: { type: 'boolean', default: true },
        api: flag,
        together: flag,
        check: flag,
        json: flag,
        help: flag,
      },
    },
  })
  if (values.help) return null
  const { check } = values
  const whole = (name: keyof typeof values, otherwise: number, least: number, atMost: number) =>
    number(name, values[name], { otherwise, least, most: atMost, isWhole: true })
  const share = (name: keyof typeof values, otherwise: number, atMost = 1) =>
    number(name, values[name], { otherwise, least: 0, most: atMost })
  const machines = whole('machines', 1, 1, 1_000)
  const cores = whole('cores', 4, 1, 512)
  if (values.rate !== undefined && !values.room) {
    throw new WrongArguments('--rate is the rate of a waiting room: leave out --no-room.')
  }
  if (values.together && machines > 1) {
    throw new WrongArguments('--together puts everything on one machine: leave out --machines.')
  }
  const scenario: Scenario = {
    shoppers: whole('shoppers', check ? 3_000 : 100_000, 1, check ? most.check : most.shoppers),
    stock: whole('stock', check ? 500 : 1_000, 1, check ? most.check : config.sale.maxAllocation),
    limit: whole('limit', 2, 1, config.sale.maxQuantity),
    room: values.room,
    rate:
      values.rate === undefined ? undefined : number('rate', values.rate, { least: 0.1, most: 1_000_000 }),
    holdMs: whole('hold', config.hold.defaultSeconds, 1, config.hold.maxSeconds) * 1000,
    abandonShare: share('abandon', 0.1, 0.99),
    declineShare: share('decline', 0.03),
    cdn: share('cdn', 0.99),
    arrivalSeconds: number('arrival-seconds', values['arrival-seconds'], {
      ...{ otherwise: 300, least: 1, most: 86_400 },
    }),
    throughPages: !values.api,
    ...{ machines, cores, together: values.together },
    processes: whole('processes', machines * cores, 1, most.processes),
    seed: whole('seed', 1, 0, 2 ** 32 - 1),
  }
  if (scenario.processes < machines) {
    throw new WrongArguments(`--processes counts all of them: ${machines} machines need at least as many.`)
  }
  const target = number('target', values.target, { otherwise: 0.7, least: 0.05, most: 1 })
  return { scenario, target, json: values.json, chart: values.chart, costs: values.costs, check }
}

type Range = { otherwise?: number; least: number; most: number; isWhole?: boolean }

function number(option: string, text: unknown, { otherwise, least, most, isWhole = false }: Range): number {
  if (text === undefined && otherwise !== undefined) return otherwise
  const value = /^\d+(\.\d+)?(e\d{1,2})?$/i.test(String(text)) ? Number(text) : Number.NaN
  if (value >= least && value <= most && (!isWhole || Number.isInteger(value))) return value
  const kind = isWhole ? 'a whole number' : 'a number'
  throw new WrongArguments(`--${option} is ${kind} from ${least} to ${most}, not "${text}".`)
}
