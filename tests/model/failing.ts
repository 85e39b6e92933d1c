import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Shape } from './state'
import type { Step } from './steps'

const file = fileURLToPath(new URL('../failing-seeds.json', import.meta.url))

/** A walk that failed once. The steps stand beside the seed because a seed means another walk when the steps change. */
export type FailedWalk = { seed: number; path: string; shape: Shape; steps: Step[] }

export const failedWalks = (): FailedWalk[] => JSON.parse(readFileSync(file, 'utf8')) as FailedWalk[]

/** Keeps a failure, so that every later run begins with it. */
export function keepFailure(failed: FailedWalk): void {
  writeFileSync(file, `${JSON.stringify([...failedWalks(), failed], null, 2)}\n`)
}
