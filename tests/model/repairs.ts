import { type Answer, giveBack, refused } from './admission'
import { settle } from './frozen'
import { claimNext, freeHold } from './ledger'
import { type Admission, at, copyLines, type Model } from './state'

export type Repairs = { rebuilt: boolean; finished: number; withheld: number; restored: number }

/** In the ledger first; Redis hears of it if it is in the ledger's epoch. */
export function control(m: Model, what: 'pause' | 'resume' | 'close'): Answer<null> {
  if (what === 'close') m.ledger.closed = true
  else m.ledger.paused = what === 'pause'
  if (m.redis?.epoch !== m.ledger.epoch) return refused('try_again')
  Object.assign(m.redis, { paused: m.ledger.paused, closed: m.ledger.closed })
  return { ok: null }
}

type Unit = { item: number; number: number }
type Census = { leaked: Unit[]; withhold: Unit[] }

/** Units that nobody has, and units that are free in Redis although somebody has them. */
function census(m: Model, redis: Admission): Census {
  const found: Census = { leaked: [], withhold: [] }
  const inHolds = new Set(
    [...redis.holds.values()].flatMap(({ lines }) =>
      lines.flatMap(({ item, numbers }) => numbers.map((number) => `${item}:${number}`)),
    ),
  )
  m.ledger.units.forEach((owners, item) => {
    const { next, returned } = at(redis.items, item)
    owners.forEach((owner, i) => {
      const number = i + 1
      const isFree = number >= next || returned.some((each) => each.number === number)
      const isTaken = owner !== null || inHolds.has(`${item}:${number}`)
      if (!isFree && !isTaken) found.leaked.push({ item, number })
      if (isFree && isTaken) found.withhold.push({ item, number })
    })
  })
  return found
}

/** `left`: the consumers that took entries have been dead for long enough. */
export function reconcile(m: Model, left: boolean): Repairs {
  const repairs: Repairs = { rebuilt: false, finished: 0, withheld: 0, restored: 0 }
  const { redis } = m
  if (!redis || redis.epoch !== m.ledger.epoch) {
    rebuild(m, left)
    return { ...repairs, rebuilt: true }
  }
  const found = census(m, redis)
  Object.assign(redis, { paused: m.ledger.paused, closed: m.ledger.closed })
  const sold = redis.items.map((item) => item.sold)
  repairs.finished = finishHolds(m, redis)
  const key = ({ item, number }: Unit) => `${item}:${number}`
  const restore = found.leaked.filter((unit) => m.memory.leaked.includes(key(unit)))
  m.memory.leaked = found.leaked.map(key)
  const differing = soldDifferences(m, sold)
  const agreed = differing.filter((each) => m.memory.sold.includes(JSON.stringify(each)))
  m.memory.sold = differing.map((each) => JSON.stringify(each))
  for (const unit of found.withhold) repairs.withheld += withhold(redis, unit)
  for (const { item, number } of restore) giveBack(redis, item, [number], 0)
  repairs.restored = restore.length
  correctCounts(m, redis, agreed)
  return repairs
}

function withhold(redis: Admission, { item, number }: Unit): number {
  const known = at(redis.items, item)
  if (number < known.next) {
    known.returned = known.returned.filter((each) => each.number !== number)
    return 1
  }
  while (known.next < number) giveBack(redis, item, [known.next++], 0)
  known.next = number + 1
  return 1
}

/** Frozen holds whose order has ended in the ledger. */
function finishHolds(m: Model, redis: Admission): number {
  let finished = 0
  for (const [buyer, hold] of [...redis.holds]) {
    const order = m.ledger.orders.get(hold.order ?? '')
    if (hold.state !== 'ordered' || !order) continue
    if (order.state === 'awaiting_payment' || order.state === 'capturing') continue
    if (order.state === 'paid') settle(redis, { buyer, order: order.id, end: 'paid', owned: new Set() })
    else freeHold(m, order, hold.lines)
    finished += 1
  }
  return finished
}

/** Paid units by buyer and item. */
function paidUnits({ shape, ledger }: Model): number[][] {
  const paid = Array.from({ length: shape.buyers }, () => shape.allocations.map(() => 0))
  for (const { buyer, state, lines } of ledger.orders.values()) {
    const ofBuyer = at(paid, buyer)
    if (state !== 'paid') continue
    for (const { item, numbers } of lines) ofBuyer[item] = at(ofBuyer, item) + numbers.length
  }
  return paid
}

const sumOf = (paid: number[][], item: number) => paid.reduce((sum, ofBuyer) => sum + at(ofBuyer, item), 0)

type SoldDifference = { item: number; read: number; ledger: number }

function soldDifferences(m: Model, sold: number[]): SoldDifference[] {
  const paid = paidUnits(m)
  return sold
    .map((read, item) => ({ item, read, ledger: sumOf(paid, item) }))
    .filter(({ read, ledger }) => read !== ledger)
}

/** What buyers bought is corrected first; one whose payment may be on its way keeps everything else waiting. */
function correctCounts(m: Model, redis: Admission, sold: SoldDifference[]) {
  if (sold.length === 0) return
  let isComplete = true
  paidUnits(m).forEach((paid, buyer) => {
    if (paid.every((units, item) => units === at(at(redis.bought, buyer), item))) return
    if (redis.holds.get(buyer)?.state === 'ordered') isComplete = false
    else redis.bought[buyer] = paid
  })
  for (const { item, read, ledger } of isComplete ? sold : []) {
    if (at(redis.items, item).sold === read) at(redis.items, item).sold = ledger
  }
}

/** What waits in the stream is claimed, and then the ledger fills Redis under a new epoch. */
function rebuild(m: Model, left: boolean) {
  if (left) claimNext(m, 'left')
  claimNext(m, 'new')
  const { ledger } = m
  ledger.epoch += 1
  const bought = paidUnits(m)
  const items = ledger.units.map((owners, item) => {
    const next = owners.findLastIndex((owner) => owner !== null) + 2
    const returned = owners.flatMap((owner, i) =>
      owner === null && i + 1 < next ? [{ number: i + 1, at: 0, turn: 0 }] : [],
    )
    return { next, returned, sold: sumOf(bought, item) }
  })
  const holds: Admission['holds'] = new Map()
  for (const { id, buyer, body, hold, state, lines } of ledger.orders.values()) {
    if (state !== 'awaiting_payment' && state !== 'capturing') continue
    holds.set(buyer, {
      ...{ id: hold, state: 'ordered', deadline: 0, extended: 0, extension: '', version: 1 },
      ...{ order: id, body, lines: copyLines(lines), gave: new Map() },
    })
  }
  const { epoch, paused, closed } = ledger
  const stream = m.redis?.stream ?? []
  m.redis = { epoch, paused, closed, pausedMs: 0, items, holds, lapses: new Map(), bought, stream }
}

/** Nothing is on its way, and the stores have nothing to tell each other. */
export function isAtRest(m: Model): boolean {
  if (!m.redis || m.redis.holds.size > 0) return false
  const { leaked, withhold } = census(m, m.redis)
  const sold = m.redis.items.map((item) => item.sold)
  const open = m.payments.filter(({ state }) => !['declined', 'voided', 'captured'].includes(state))
  const unpaid = [...m.ledger.orders.values()].filter(({ state }) => state === 'awaiting_payment')
  return leaked.length + withhold.length + open.length + unpaid.length + soldDifferences(m, sold).length === 0
}
