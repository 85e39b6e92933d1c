import { existsSync, readFileSync } from 'node:fs'
import { z } from 'zod'
import { fileInRoot } from '../supervise/root'
import { WrongArguments } from '../wrong-arguments'

/** Where `npm run bench` leaves what it measured last. */
export const measuredFile = () => fileInRoot('.data/bench.json')

/** What one call takes, in ms of processor time of each part, and how long it waits for disks and sockets besides. */
const costSchema = z.strictObject({
  serverMs: z.number().min(0),
  redisMs: z.number().min(0),
  ledgerMs: z.number().min(0),
  pauseMs: z.number().min(0),
})
export type Cost = z.infer<typeof costSchema>

export const callKinds = [
  /** The static page of a sale, when the CDN has to fetch it. */
  'page',
  'live',
  'session',
  'challenge',
  'join',
  'admit',
  'reserve',
  /** A reserve that finds everything in other carts. */
  'emptyNow',
  /** A reserve after everything is paid for, answered from memory. */
  'soldThrough',
  /** What a server action costs more than the same call of the API. */
  'action',
  'checkoutPage',
  'orderPage',
  /** Freezing the cart into an order, with its own share of a claim, but not a claim's fixed part. */
  'order',
  'read',
  'pay',
  /** One delivery of the provider. */
  'webhook',
] as const
export type CallKind = (typeof callKinds)[number]

const costsSchema = z.strictObject({
  calls: z.strictObject(
    Object.fromEntries(callKinds.map((kind) => [kind, costSchema])) as Record<CallKind, typeof costSchema>,
  ),
  /** Of one claim, however many orders it takes. `ledgerMs` of `order` comes on top for each of them. */
  claim: costSchema,
  /** Of the worker, for each delivery of the provider. */
  workerMs: z.number().min(0),
})
export type MeasuredCosts = z.infer<typeof costsSchema>

const fileSchema = z.looseObject({
  costs: costsSchema.nullable(),
  measuredAt: z.string(),
  machine: z.string(),
})

/** Costs, and in words where they come from. */
export type Costs = MeasuredCosts & { source: string }

const cost = (serverMs: number, redisMs = 0, ledgerMs = 0, pauseMs = 0): Cost => ({
  ...{ serverMs, redisMs, ledgerMs, pauseMs },
})

/** Of the machine that this was written on, for one that has not been measured: good for a first idea, not for a plan. */
export const shippedCosts: Costs = {
  source: 'shipped with the shop, of another machine: "npm run bench" measures this one',
  calls: {
    page: cost(1),
    live: cost(0.15),
    session: cost(0.25, 0.05),
    challenge: cost(0.4, 0.05),
    join: cost(1, 0.05, 0, 0.2),
    admit: cost(0.2),
    reserve: cost(0.35, 0.1, 0, 0.5),
    emptyNow: cost(0.35, 0.1, 0, 0.5),
    soldThrough: cost(0.2),
    action: cost(2),
    checkoutPage: cost(20, 0.1),
    orderPage: cost(20, 0.05, 0.5),
    order: cost(0.8, 0.2, 0.3),
    read: cost(0.4, 0.05, 0.2, 0.2),
    pay: cost(2, 0.2, 1.5, 3),
    webhook: cost(0.8, 0.05, 0.5),
  },
  claim: cost(1, 0.2, 1, 3),
  workerMs: 0.5,
}

/** What was measured here last, or the shipped costs. Throws `WrongArguments` for a named file that has none. */
export function readCosts(file?: string): Costs {
  const path = file ?? measuredFile()
  if (!existsSync(path)) {
    if (file === undefined) return shippedCosts
    throw new WrongArguments(`--costs: there is no file "${file}".`)
  }
  const parsed = fileSchema.safeParse(parseJson(readFileSync(path, 'utf8')))
  if (parsed.success && parsed.data.costs) {
    const { costs, measuredAt, machine } = parsed.data
    return { ...costs, source: `measured at ${measuredAt} on ${machine}` }
  }
  if (file === undefined) return shippedCosts
  throw new WrongArguments(`--costs: "${file}" is no result of "npm run bench" with costs in it.`)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
