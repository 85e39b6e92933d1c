import fc from 'fast-check'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { failedWalks, keepFailure } from './model/failing'
import type { Shape } from './model/state'
import { type Step, shapes, steps } from './model/steps'
import { asCommand, endWalk, startWalk, walkOn } from './model/walk'
import { type Ground, openGround } from './model/world'
import { sized } from './size'

let ground: Ground
beforeAll(async () => {
  ground = await openGround()
})
afterAll(() => ground.close())

const walks = sized(100, 1_000)
const longestWalk = 60

describe('a model of one sale, held against both stores after every step', () => {
  test.each(failedWalks())(
    'a walk that failed before: seed $seed, path $path',
    async ({ shape, steps: known }) => {
      const walk = await startWalk(ground, shape)
      for (const step of known) await walkOn(walk, step)
      await endWalk(walk)
    },
  )

  test(`I1–I15: ${walks} random walks over all verbs, faults and retries agree with the model`, async () => {
    let last: { shape: Shape; trail: Step[] } | undefined
    // Without the bias towards small values, which makes every second walk a very short one.
    const commands = fc.noBias(fc.commands([steps.map(asCommand)], { maxCommands: longestWalk, size: 'max' }))
    const property = fc.asyncProperty(shapes, commands, async (shape, walked) => {
      const walk = await startWalk(ground, shape)
      try {
        await fc.asyncModelRun(() => ({ model: {}, real: walk }), walked)
        await endWalk(walk)
      } catch (error) {
        last = { shape, trail: walk.trail }
        throw error
      }
    })
    const result = await fc.check(property, { numRuns: walks })
    if (!result.failed) return
    // The last one that failed is the shortest that was found.
    const { seed, counterexamplePath } = result
    if (last) keepFailure({ seed, path: counterexamplePath ?? '', shape: last.shape, steps: last.trail })
    throw new Error(fc.defaultReportMessage(result), { cause: result.errorInstance })
  }, 600_000)
})
