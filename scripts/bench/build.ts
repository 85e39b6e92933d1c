import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { withLock } from '../stores/lock'
import { fileInRoot } from '../supervise/root'
import { runStep } from '../supervise/run-step'
import { sourceHash } from '../supervise/source-hash'

const output = fileInRoot('.next-bench')
const hashFile = join(output, 'stampede-source-hash')
/** Next names the folder it built last in here; a type check that follows expects the shop's. */
const typesFile = fileInRoot('next-env.d.ts')

/** Builds the shop with the yardsticks of the bench in it, if its sources have changed since it was last built. */
export async function buildBench(
  environment: Record<string, string>,
  progress: (line: string) => void,
): Promise<void> {
  const hash = sourceHash()
  const isBuilt = () => existsSync(hashFile) && readFileSync(hashFile, 'utf8') === hash
  if (isBuilt()) return
  mkdirSync(fileInRoot('.data'), { recursive: true })
  await withLock(fileInRoot('.data/build.lock'), async () => {
    if (isBuilt()) return
    progress('building the pages, with the yardsticks')
    rmSync(hashFile, { force: true })
    const types = existsSync(typesFile) ? readFileSync(typesFile) : null
    try {
      const next = fileInRoot('node_modules/next/dist/bin/next')
      const all = { ...process.env, ...environment } as unknown as NodeJS.ProcessEnv
      await runStep([next, 'build'], new AbortController().signal, all)
    } finally {
      if (types) writeFileSync(typesFile, types)
    }
    writeFileSync(hashFile, hash)
  })
}

type Manifest = { node: Record<string, { filename: string; exportedName: string; workers: object }> }

/** The id under which a page of this build calls an exported server action. */
export function actionId(file: string, exportedName: string): string {
  const path = join(output, 'server/server-reference-manifest.json')
  const { node } = JSON.parse(readFileSync(path, 'utf8')) as Manifest
  const known = Object.entries(node).find(
    ([, each]) => each.filename === file && each.exportedName === exportedName,
  )
  if (!known) throw new Error(`The build has no server action ${exportedName} of ${file}.`)
  return known[0]
}
