import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileInRoot } from './root'

/** Everything that the pages are built from. */
const sources = [
  'app',
  'components',
  'lib',
  'db',
  'server',
  'public',
  'proxy.ts',
  'instrumentation.ts',
  'instrumentation-client.ts',
  'next.config.ts',
  'package-lock.json',
  'postcss.config.mjs',
  'tsconfig.json',
]

const isTest = (name: string) => /\.test\.tsx?$/.test(name)

function filesOf(path: string): string[] {
  const full = fileInRoot(path)
  if (!existsSync(full)) return []
  if (!statSync(full).isDirectory()) return [path]
  return readdirSync(full)
    .sort()
    .flatMap((name) => filesOf(join(path, name)))
}

/** Changes when the next build would: with the sources, and with the variables that Next builds into the pages. */
export function sourceHash(): string {
  const hash = createHash('sha256')
  for (const path of sources.flatMap(filesOf).filter((name) => !isTest(name))) {
    hash
      .update(`${path}\0`)
      .update(readFileSync(fileInRoot(path)))
      .update('\0')
  }
  const builtIn = Object.keys(process.env).filter(
    (name) => name.startsWith('NEXT_PUBLIC_') || name === 'NEXT_SERVER_ACTIONS_ENCRYPTION_KEY',
  )
  for (const name of builtIn.sort()) hash.update(`${name}=${process.env[name]}\0`)
  return hash.digest('hex')
}
