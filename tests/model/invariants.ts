import { expect } from 'vitest'
import type { LedgerSide, RedisSide } from './readings'
import type { Model } from './state'

/** What must hold after every step, whatever broke before; asked of the stores, and of the model only its limit. */
export function expectInvariants(m: Model, redis: RedisSide | null, ledger: LedgerSide): void {
  const inHolds = (redis?.holds ?? []).flatMap(({ hold }) =>
    hold.lines.flatMap(({ item, numbers }) => numbers.map((number) => `${item}:${number}`)),
  )
  expect(new Set(inHolds).size, 'I1: no unit is in two holds').toBe(inHolds.length)
  expectOrders(ledger)
  for (const { quantity } of [...(ledger.counts ?? []), ...(ledger.contacts ?? [])]) {
    expect(quantity, 'I6: no buyer and no mailbox has more than the limit').toBeLessThanOrEqual(m.shape.limit)
  }
  expectMoney(ledger)
}

const living = ['awaiting_payment', 'capturing', 'paid']

function expectOrders({ orders, units }: LedgerSide) {
  for (const { id, state, lines, total } of orders ?? []) {
    const owned = units.filter(({ order }) => order === id).map(({ item, number }) => `${item}:${number}`)
    const promised = (lines ?? []).flatMap(({ item, numbers }) =>
      numbers.map((number) => `${item}:${number}`),
    )
    const due = living.includes(state) ? promised : []
    expect(owned.sort(), 'I2: an order owns exactly the units of its lines').toEqual(due.sort())
    if (!lines) continue
    const price = lines.reduce((sum, line) => sum + line.price * line.numbers.length, 0)
    expect(total, 'I10: an order costs what its lines cost').toBe(price)
  }
}

function expectMoney({ orders, payments }: LedgerSide) {
  let takenMinor = 0
  for (const { order: id, state, amount, intent } of payments ?? []) {
    const order = orders?.find((each) => each.id === id)
    const { captures = 0, voids = 0 } = intent ?? {}
    expect(captures + voids, 'I3: money is taken or set free once').toBeLessThanOrEqual(1)
    if (captures > 0) expect(['capturing', 'paid'], 'I3: no money without its units').toContain(order?.state)
    if (state === 'captured') expect([captures, order?.state]).toEqual([1, 'paid'])
    if (order?.state === 'paid') takenMinor += captures * amount
  }
  const paidMinor = (orders ?? []).reduce((sum, { state, total }) => sum + (state === 'paid' ? total : 0), 0)
  expect(takenMinor, 'I14: what was taken is what the paid orders cost').toBe(paidMinor)
}

/** I7: every unit is free, held or owned, and no two of them but a frozen hold's own; for a sale that nothing broke. */
export function expectWhole(redis: RedisSide, ledger: LedgerSide, itemOf: (id: string) => number) {
  for (const { item, number, order } of ledger.units) {
    const { next = 1, returned = [] } = redis.items[itemOf(item)] ?? {}
    const holder = redis.holds.find(({ hold }) =>
      hold.lines.some((line) => line.item === item && line.numbers.includes(number)),
    )
    const isFree = number >= next || returned.some((each) => each.number === number)
    const isHeld = holder !== undefined && (order === null || holder.hold.order === order)
    const isSold = order !== null && holder === undefined
    expect([isFree, isHeld, isSold].filter(Boolean).length, `I7: unit ${item}:${number}`).toBe(1)
  }
}
