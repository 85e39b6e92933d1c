import { sql } from 'drizzle-orm'
import type { AsyncCommand } from 'fast-check'
import { expect } from 'vitest'
import { events, intents } from '../../db/sandbox-schema'
import { payments } from '../../db/schema'
import { expectSound } from '../sound'
import { aim } from './aim'
import { expectSame } from './compare'
import { keepWaiting } from './happen'
import { ordersOf } from './ledger'
import { perform } from './perform'
import { predict, targetOf } from './predict'
import { isAtRest, type Repairs } from './repairs'
import { type Model, newModel, type Shape } from './state'
import type { Step } from './steps'
import { type Ground, itemOrder, newWorld, type World } from './world'

export type Walk = { model: Model; world: World; trail: Step[]; isBroken: boolean }

/** A walk over a sale of its own. What earlier walks left at the provider is none of its business. */
export async function startWalk(ground: Ground, shape: Shape): Promise<Walk> {
  const { db } = ground.shop
  await db.execute(sql`delete from ${events}`)
  await db.execute(sql`delete from ${intents}`)
  await db.execute(
    sql`update ${payments} set state = 'voided' where state not in ('declined', 'voided', 'captured')`,
  )
  const world = await newWorld(ground, shape)
  return { model: newModel(shape, itemOrder(world)), world, trail: [], isBroken: false }
}

/** One step on the stores and on the model, and the comparison of the two. Answers whether it made sense. */
export async function walkOn(walk: Walk, asked: Step): Promise<boolean> {
  const { model, world } = walk
  const step = aim(model, asked)
  const target = step && targetOf(model, step)
  if (!step || !target) return false
  walk.trail.push(step)
  const { shop, wired, cutNextReply } = world.ground
  const how = 'how' in step ? step.how : 'once'
  for (let time = 0; time < (how === 'twice' ? 2 : 1); time++) {
    const expected = predict(model, step, target)
    if (how === 'cut') cutNextReply(1)
    const answer = await perform(how === 'cut' ? wired : shop, world, step, target)
    cutNextReply(0)
    await keepWaiting(world)
    const what = heard(step, how)
    expect(what(answer), `the answer to ${step.do}`).toEqual(what(expected))
  }
  // After these a unit can be free here and sold there, until the reconciler has seen it.
  if (step.do === 'rollback' || (step.do === 'queue' && step.raced)) walk.isBroken = true
  await expectSame(model, world, !walk.isBroken)
  return true
}

/** A count of what was mended is of the last run: after a lost reply that one found less to do. */
function heard(step: Step, how: string): (answer: unknown) => unknown {
  if (how === 'cut' && step.do === 'expireHolds') return () => null
  if (how === 'cut' && step.do === 'reconcile') return (answer) => (answer as Repairs).rebuilt
  return (answer) => answer
}

const reconciled: Step = { do: 'reconcile', left: true, isHeard: true, how: 'once' }

/** Rounds of the worker within which everything has to be at rest: a leak takes two readings, a late payment one more. */
const mostRounds = 4

/**
 * Everything that was begun ends (I8, I15): time passes, and the worker does its rounds. Then each unit is free or sold,
 * no money hangs in the air, and the two stores agree.
 */
export async function endWalk(walk: Walk): Promise<void> {
  const { model, world } = walk
  await walkOn(walk, reconciled)
  await walkOn(walk, { do: 'claim', source: 'left', how: 'once' })
  await walkOn(walk, { do: 'claim', source: 'new', how: 'once' })
  await walkOn(walk, { do: 'ripen' })
  for (let round = 0; round < mostRounds && !isAtRest(model); round++) await workerRound(walk)
  const tally = await expectSound(world.shop, world.sale.id)
  expect(tally, 'I8: everything has ended').toMatchObject({ held: 0, unpaid: 0 })
}

/** Time passes for everybody, and the worker finds out. */
async function workerRound(walk: Walk) {
  const { model } = walk
  for (const [index, { state }] of model.payments.toReversed().entries()) {
    if (state === 'declined' || state === 'voided' || state === 'captured') continue
    await walkOn(walk, { do: 'sweep', nth: index, old: true, silence: null, how: 'once' })
  }
  for (let buyer = 0; buyer < model.shape.buyers; buyer++) {
    await walkOn(walk, { do: 'holdDue', buyer })
    for (const [nth, { state }] of ordersOf(model, buyer).entries()) {
      if (state === 'awaiting_payment') await walkOn(walk, { do: 'overdue', buyer, nth })
    }
  }
  await walkOn(walk, { do: 'expireHolds', how: 'once' })
  await walkOn(walk, { do: 'expireOrders', how: 'once' })
  await walkOn(walk, reconciled)
}

/** The same for fast-check, which also finds the shortest walk that fails. */
export const asCommand = (step: Step): AsyncCommand<object, Walk> => ({
  check: () => true,
  run: async (_, walk) => {
    await walkOn(walk, step)
  },
  toString: () => JSON.stringify(step),
})
