import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { resetStores } from '../../scripts/stores'
import { openHome } from '../../scripts/stores/home'
import { isAlive } from '../../scripts/stores/processes'

/** Each run has stores of its own, in a folder named after its process, so that two runs at once do not meet. */
const root = '.data/e2e'

/** The folder of one of a run's shops. */
export const rigFolder = (run: number | string, name: string) => join(root, String(run), name)

function list(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** Ends the stores of a shop and removes everything of them. The logs of its programs stay. */
export async function removeStores(dir: string): Promise<void> {
  await resetStores(dir)
  rmSync(openHome(dir).path, { recursive: true, force: true })
}

/** Removes what earlier runs left: their logs, and if they were killed also their stores. */
export async function clearEndedRuns(): Promise<void> {
  for (const run of list(root)) {
    if (isAlive(Number(run))) continue
    for (const name of list(join(root, run))) await removeStores(rigFolder(run, name))
    rmSync(join(root, run), { recursive: true, force: true })
  }
}
