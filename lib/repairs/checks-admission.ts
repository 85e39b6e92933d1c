import { epochText } from '../sales/record'
import type { HoldRecord } from '../units/hold-record'
import type { Finding, Invariant } from './checks'
import type { LedgerReading } from './checks-reading'
import { type Census, free, held, miscounted, owned, type RedisReading } from './reading'

/** Later than this, a hold that is due is not merely waiting for the worker's next tick. */
const overdueMs = 10_000

export type Admission = {
  redis: RedisReading
  /** The sale's clock: Redis' own, which stands still while the sale is paused. */
  saleNow: number
  /** `<buyer>:<item>` → units in paid orders. */
  bought: Map<string, number>
}

type Report = (invariant: Invariant, wrong: string, what: string) => void

/** What Redis says about a sale, held against the ledger. Null when Redis has no state of it. */
export function admissionFindings(
  admission: Admission | null,
  ledger: LedgerReading,
  census: Census,
  waiting: Set<string>,
): Finding[] {
  const findings: Finding[] = []
  const report: Report = (invariant, wrong, what) => findings.push({ invariant, wrong, what })
  if (!admission) {
    report('I7', 'Redis has no state of the sale', '')
    return findings
  }
  if (admission.redis.loading) report('I7', 'Redis is still being loaded', '')
  if (admission.redis.epoch !== epochText(ledger.sale)) report('I7', 'Redis has another epoch', '')
  unitFindings(report, admission, ledger, census)
  holdFindings(report, admission, ledger, waiting)
  limitFindings(report, admission, ledger)
  timeFindings(report, admission.redis, ledger)
  return findings
}

function unitFindings(report: Report, { redis }: Admission, ledger: LedgerReading, census: Census) {
  for (const [item, marks] of census.marks) {
    for (let number = 1; number < marks.length; number++) {
      const mark = marks[number] ?? 0
      if (mark === 0) report('I7', 'leaked unit: neither free nor held nor owned', `${item} no. ${number}`)
      else if (mark & free && mark & held) report('I7', 'unit both free and held', `${item} no. ${number}`)
      else if (mark & free && mark & owned) report('I7', 'unit both free and owned', `${item} no. ${number}`)
    }
    const known = redis.items.get(item)
    if (!known) report('I7', 'item that Redis does not know', item)
    else if (known.sold !== (ledger.sold.get(item) ?? 0)) {
      report('I7', 'item of which Redis counts another number sold', item)
    }
    for (const number of known?.returned ?? []) {
      if (number < 1 || number >= (known?.next ?? 0))
        report('I7', 'returned unit that was never issued', item)
    }
  }
  const holders = new Map<string, string>()
  for (const { buyer, hold } of redis.holds) {
    for (const unit of unitsOf(hold)) {
      if (holders.has(unit)) report('I7', 'unit in two holds', unit)
      if (!isMinted(census, unit)) report('I7', 'held unit that was never minted', unit)
      holders.set(unit, buyer)
    }
  }
  for (const { item, number } of census.contested) {
    report('I7', 'held unit that is owned by another order', `${item} no. ${number}`)
  }
}

const unitsOf = (hold: HoldRecord) =>
  hold.lines.flatMap((line) => line.numbers.map((number) => `${line.item} no. ${number}`))

function isMinted(census: Census, unit: string): boolean {
  const [item = '', number] = unit.split(' no. ')
  return Number(number) >= 1 && Number(number) < (census.marks.get(item)?.length ?? 0)
}

function holdFindings(
  report: Report,
  { redis, saleNow }: Admission,
  ledger: LedgerReading,
  waiting: Set<string>,
) {
  const named = new Set<string>()
  for (const { buyer, hold } of redis.holds) {
    if (hold.state !== 'ordered') {
      if (hold.deadline < saleNow - overdueMs) report('I8', 'hold that is overdue', hold.id)
      continue
    }
    const id = hold.order ?? ''
    const order = ledger.orders.get(id)
    if (named.has(id)) report('I4', 'order that two holds are frozen for', id)
    named.add(id)
    if (!order) {
      if (!waiting.has(id)) report('I8', 'hold frozen for an order that nobody has', hold.id)
    } else if (order.state === 'paid' || !order.owns) {
      report('I7', 'hold frozen for an order that has ended', hold.id)
    } else if (order.holdId !== hold.id || order.buyerId !== buyer) {
      report('I4', 'order that was made from another hold', id)
    }
  }
  for (const [id, order] of ledger.orders) {
    if (order.owns && order.state !== 'paid' && !named.has(id)) {
      report('I7', 'unpaid order whose hold is gone', id)
    }
  }
}

function limitFindings(report: Report, { redis, bought }: Admission, ledger: LedgerReading) {
  for (const network of miscounted(redis)) {
    report('I6', 'network that is counted to hold another number than its holds', network)
  }
  for (const key of new Set([...bought.keys(), ...ledger.bought.keys()])) {
    if ((bought.get(key) ?? 0) !== (ledger.bought.get(key) ?? 0)) {
      report('I6', 'buyer of whom Redis counts another number bought', key)
    }
  }
  for (const { buyer, hold } of redis.holds) {
    for (const line of hold.lines) {
      const key = `${buyer}:${line.item}`
      const limit = ledger.items.find((item) => item.id === line.item)?.limit ?? 0
      if (line.numbers.length + (bought.get(key) ?? 0) > limit) report('I6', 'hold beyond the limit', key)
    }
  }
}

function timeFindings(report: Report, redis: RedisReading, { sale }: LedgerReading) {
  if (redis.opensAt !== sale.opensAt.getTime()) report('I11', 'another opening time in Redis', '')
  if (redis.closesAt !== sale.closesAt.getTime()) report('I11', 'another closing time in Redis', '')
  if (redis.paused !== (sale.pausedAt !== null)) report('I11', 'pause in one store only', '')
}
