import fc from 'fast-check'
import { concerned } from './aim'
import type { Card, Shape, Silence } from './state'

/** A verb is run once; or again by a caller who did not hear; or its first script's reply is cut on the way. */
export type How = 'once' | 'twice' | 'cut'

type OfBuyer = { buyer: number }
/** One of the buyer's orders, counted from the latest. */
type OfOrder = OfBuyer & { nth: number }
/** One of the sale's payments, counted from the latest. */
type OfPayment = { nth: number; silence: Silence | null }

/** What can happen to a sale. `how` is absent where the step stands for an event and not for a call. */
export type Step =
  | ({ do: 'reserve'; item: number; quantity: number; ifVersion: number | null; how: How } & OfBuyer)
  | ({ do: 'release'; how: How } & OfBuyer)
  | ({ do: 'extend'; request: number; how: How } & OfBuyer)
  | ({ do: 'order'; key: number; body: number; how: How } & OfBuyer)
  /** The server dies right after the script of `order`. `raced`: it had not seen the ledger's answer for this key. */
  | ({ do: 'queue'; key: number; body: number; raced: boolean; how: How } & OfBuyer)
  | { do: 'claim'; source: 'new' | 'left'; how: How }
  | { do: 'claimHalf'; diesAfter: 'take' | 'claim' }
  /** `stale`: with an order record read before its end. `redisDown`: paid while Redis is away. */
  | ({
      do: 'pay'
      card: Card
      stale: boolean
      redisDown: boolean
      silence: Silence | null
      how: How
    } & OfOrder)
  | ({ do: 'confirm'; stale: boolean; silence: Silence | null; how: How } & OfOrder)
  | ({ do: 'cancel'; how: How } & OfOrder)
  /** The ledger's half of an end; the process dies before it tells Redis. */
  | ({ do: 'endHalf'; to: 'expired' | 'cancelled' } & OfOrder)
  | ({ do: 'holdDue' } & OfBuyer)
  | { do: 'expireHolds'; how: How }
  /** Everybody can have what was given back. */
  | { do: 'ready' }
  /** Nobody has to wait any more because of holds that lapsed. */
  | { do: 'cooled' }
  | ({ do: 'overdue' } & OfOrder)
  | { do: 'expireOrders'; how: How }
  /** The banks of late cards say yes. */
  | { do: 'ripen' }
  /** Every webhook on its way arrives, per payment the later before the earlier one. */
  | { do: 'webhooks'; descending: boolean; how: How }
  /** A webhook that came before comes once more. */
  | ({ do: 'webhook'; how: How } & OfPayment)
  /** The worker looks a payment up; `old`: it has been unknown for long enough to be given up. */
  | ({ do: 'sweep'; old: boolean; how: How } & OfPayment)
  | { do: 'control'; what: 'pause' | 'resume' | 'close'; how: How }
  | { do: 'reconcile'; left: boolean; isHeard: boolean; how: How }
  /** Redis loses every key of the sale. */
  | { do: 'lose' }
  | { do: 'snapshot' }
  /** Redis comes back as it was at the snapshot: an old file, a replica that lagged. */
  | { do: 'rollback' }
  | { do: 'flushScripts' }

const rarely = (of: number) => fc.nat({ max: of - 1 }).map((n) => n === of - 1)

export const shapes: fc.Arbitrary<Shape> = fc.record({
  buyers: fc.integer({ min: 3, max: 4 }),
  allocations: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 2 }),
  limit: fc.integer({ min: 1, max: 3 }),
  extensions: fc.integer({ min: 1, max: 2 }),
  isSlow: rarely(3),
  isFamily: rarely(3),
})

const how: fc.Arbitrary<How> = fc.oneof(
  { weight: 14, arbitrary: fc.constant('once') },
  { weight: 3, arbitrary: fc.constant('twice') },
  { weight: 1, arbitrary: fc.constant('cut') },
)
const oneOf = <const T>(...values: T[]) => fc.constantFrom(...values)

const buyer = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: concerned, max: 2 * concerned - 1 }) },
  { weight: 1, arbitrary: fc.nat({ max: concerned - 1 }) },
)
const nth = fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 2 }) })
const key = fc.nat({ max: 3 })
const body = rarely(8).map(Number)
const card: fc.Arbitrary<Card> = oneOf('pays', 'pays', 'pays', 'declined', 'asks', 'asks', 'late')
const seldom = <T>(value: fc.Arbitrary<T>, of: number): fc.Arbitrary<T | null> =>
  fc.oneof({ weight: of - 1, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: value })
const silence: fc.Arbitrary<Silence | null> = seldom(
  fc.record({ call: oneOf('authorise', 'confirm', 'capture', 'void'), arrives: fc.boolean() }),
  6,
)

const step = <Do extends Step['do']>(
  name: Do,
  fields: {
    [Field in Exclude<keyof Extract<Step, { do: Do }>, 'do'>]: fc.Arbitrary<Extract<Step, { do: Do }>[Field]>
  },
) => fc.record({ do: fc.constant(name), ...fields }) as fc.Arbitrary<Step>

const quantity = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 1, max: 2 }) },
  { weight: 2, arbitrary: fc.nat({ max: 3 }) },
)
const ifVersion = seldom(fc.nat({ max: 3 }), 8)

/** Common things are common, so that most walks get somewhere before something breaks. */
export const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 16, arbitrary: step('reserve', { buyer, item: fc.nat({ max: 1 }), quantity, ifVersion, how }) },
  { weight: 3, arbitrary: step('release', { buyer, how }) },
  { weight: 3, arbitrary: step('extend', { buyer, request: fc.nat({ max: 2 }), how }) },
  { weight: 12, arbitrary: step('order', { buyer, key, body, how }) },
  { weight: 4, arbitrary: step('queue', { buyer, key, body, raced: rarely(4), how }) },
  { weight: 3, arbitrary: step('claim', { source: oneOf('new', 'left'), how }) },
  { weight: 3, arbitrary: step('claimHalf', { diesAfter: oneOf('take', 'claim') }) },
  {
    weight: 12,
    arbitrary: step('pay', { buyer, nth, card, stale: rarely(5), redisDown: rarely(8), silence, how }),
  },
  { weight: 4, arbitrary: step('confirm', { buyer, nth, stale: rarely(4), silence, how }) },
  { weight: 4, arbitrary: step('cancel', { buyer, nth, how }) },
  { weight: 2, arbitrary: step('endHalf', { buyer, nth, to: oneOf('expired', 'cancelled') }) },
  { weight: 4, arbitrary: step('holdDue', { buyer }) },
  { weight: 2, arbitrary: step('expireHolds', { how }) },
  { weight: 2, arbitrary: step('ready', {}) },
  { weight: 2, arbitrary: step('cooled', {}) },
  { weight: 4, arbitrary: step('overdue', { buyer, nth }) },
  { weight: 4, arbitrary: step('expireOrders', { how }) },
  { weight: 3, arbitrary: step('ripen', {}) },
  { weight: 4, arbitrary: step('webhooks', { descending: fc.boolean(), how }) },
  { weight: 2, arbitrary: step('webhook', { nth, silence, how }) },
  { weight: 3, arbitrary: step('sweep', { nth, old: fc.boolean(), silence, how }) },
  {
    weight: 3,
    arbitrary: step('control', { what: oneOf('pause', 'resume', 'resume', 'resume', 'close'), how }),
  },
  { weight: 5, arbitrary: step('reconcile', { left: fc.boolean(), isHeard: fc.boolean(), how }) },
  { weight: 1, arbitrary: step('lose', {}) },
  { weight: 2, arbitrary: step('snapshot', {}) },
  { weight: 2, arbitrary: step('rollback', {}) },
  { weight: 1, arbitrary: step('flushScripts', {}) },
)
