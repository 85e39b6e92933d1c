import { expect } from 'vitest'
import { config } from '../../lib/config'
import { expectInvariants, expectWhole } from './invariants'
import { type LedgerSide, type RedisSide, readLedgerSide, readRedisSide } from './readings'
import { sidesOfModel, sidesOfStores } from './sides'
import type { Model } from './state'
import { itemIndex, realOrderId, type World } from './world'

/** Reads both stores, and expects what the model has, to the unit. `isWhole`: nothing broke that is not mended yet. */
export async function expectSame(m: Model, world: World, isWhole: boolean): Promise<void> {
  const redis = await readRedisSide(world)
  const ledger = await readLedgerSide(world)
  for (const { id } of ledger.payments ?? []) if (!world.payments.includes(id)) world.payments.push(id)
  if (redis) learnTimes(m, world, redis)
  learnHolds(m, world, redis, ledger)
  const stores = sidesOfStores(world, namesOf(m, world), redis, ledger)
  const model = sidesOfModel(m, world)
  expect(stores.redis, 'Redis').toEqual(model.redis)
  expect(stores.ledger, 'the ledger').toEqual(model.ledger)
  expectInvariants(m, redis, ledger)
  if (redis && isWhole) expectWhole(redis, ledger, (id) => itemIndex(world, id))
}

/** Redis sets a deadline, and from when on others can have a unit, once; from then on the model holds it to that. */
function learnTimes(m: Model, world: World, redis: RedisSide) {
  if (m.redis) m.redis.pausedMs = redis.pausedMs
  for (const [item, { returned }] of (m.redis?.items ?? []).entries()) {
    for (const each of returned) {
      each.at ??= redis.items[item]?.returned.find(({ number }) => number === each.number)?.at
    }
  }
  for (const [buyer, hold] of m.redis?.holds ?? []) {
    const real = redis.holds.find((each) => each.buyer === world.buyers[buyer])?.hold
    if (!real || hold.deadline !== undefined) continue
    const lateMs = Date.now() + config.hold.defaultSeconds * 1000 - real.deadline
    expect(Math.abs(lateMs), 'a new hold lasts as long as the sale says').toBeLessThan(60_000)
    hold.deadline = real.deadline
  }
}

/** A hold has one real id for as long as it has one name in the model, and no two names share one. */
function learnHolds(m: Model, world: World, redis: RedisSide | null, ledger: LedgerSide) {
  const learn = (name: string, real: string | undefined) => {
    if (!real || world.holds.has(name) || [...world.holds.values()].includes(real)) return
    world.holds.set(name, real)
  }
  for (const [buyer, { id }] of m.redis?.holds ?? []) {
    learn(id, redis?.holds.find((each) => each.buyer === world.buyers[buyer])?.hold.id)
  }
  for (const hold of m.redis?.holds.values() ?? []) hold.real = world.holds.get(hold.id)
  for (const { id, hold } of m.ledger.orders.values()) {
    const real = realOrderId(world, id)
    learn(hold, ledger.orders?.find((each) => each.id === real)?.hold)
  }
}

/** Real order ids → what the model calls them. */
function namesOf(m: Model, world: World): (id: string) => string {
  const frozen = [...(m.redis?.holds.values() ?? [])].flatMap(({ order }) => order ?? [])
  const names = new Map(
    [...m.ledger.orders.keys(), ...frozen].map((name) => [realOrderId(world, name), name]),
  )
  return (id) => names.get(id) ?? id
}
