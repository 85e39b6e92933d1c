import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { withLock } from '../stores/lock'
import { fileInRoot } from './root'
import { runStep } from './run-step'
import { step } from './say'
import { sourceHash } from './source-hash'

const output = fileInRoot('.next')
const hashFile = join(output, 'stampede-source-hash')

function isBuilt(hash: string): boolean {
  if (!existsSync(join(output, 'BUILD_ID')) || !existsSync(hashFile)) return false
  return readFileSync(hashFile, 'utf8') === hash
}

/**
 * Builds the pages when anything they are made of has changed since the last build. Throws with the build's own words
 * when it fails. Two builds at once would spoil each other: the second one waits.
 */
export async function buildIfChanged(signal: AbortSignal): Promise<void> {
  const hash = sourceHash()
  if (isBuilt(hash)) return
  mkdirSync(fileInRoot('.data'), { recursive: true })
  await withLock(fileInRoot('.data/build.lock'), async () => {
    if (isBuilt(hash)) return
    rmSync(hashFile, { force: true })
    const next = fileInRoot('node_modules/next/dist/bin/next')
    const environment = { ...process.env, NODE_ENV: 'production' as const }
    await step('building the pages', () => runStep([next, 'build'], signal, environment))
    writeFileSync(hashFile, hash)
  })
}
