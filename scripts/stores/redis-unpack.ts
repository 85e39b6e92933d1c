import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Home } from './home'
import { manage } from './package-manager'
import type { Program } from './spawn'

// Reset keeps it: it is a download, not data.
const folderOf = (home: Home) => join(home.dir, 'redis-package')

/** Deeper than this the dependencies of redis-tools don't reach. */
const maxRounds = 5

/** Folders such as usr/lib/x86_64-linux-gnu below the unpacked root, as LD_LIBRARY_PATH wants them. */
function librariesOf(root: string): string {
  const parents = [join(root, 'usr/lib'), join(root, 'lib')].filter((folder) => existsSync(folder))
  const children = parents.flatMap((folder) =>
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(folder, entry.name)),
  )
  return [...parents, ...children].join(':')
}

const programIn = (root: string): Program => ({
  file: join(root, 'usr/bin/redis-check-rdb'),
  argv0: 'redis-server',
  libraries: librariesOf(root),
})

/** The program that an earlier start unpacked. */
export function unpackedRedis(home: Home): Program | null {
  const program = programIn(join(folderOf(home), 'root'))
  return existsSync(program.file) ? program : null
}

function lacksLibraries(program: Program): boolean {
  const environment = { ...process.env, LC_ALL: 'C', LD_LIBRARY_PATH: program.libraries }
  return (
    spawnSync('ldd', [program.file], { encoding: 'utf8', env: environment }).stdout?.includes('not found') ??
    false
  )
}

/** The names of the packages that a package file needs; of alternatives the first. */
function dependenciesOf(packageFile: string): string[] {
  const field = spawnSync('dpkg-deb', ['-f', packageFile, 'Depends'], { encoding: 'utf8' }).stdout ?? ''
  const names = field.split(',').map((part) => part.trim().split(/[\s|:(]/)[0] ?? '')
  // The C library belongs to the loader of this system: a second one beside it breaks everything.
  return names.filter((name) => name.startsWith('lib') && name !== 'libc6')
}

/** Options that let apt-get work for a plain user: lists and cache of our own, only the system's sources are shared. */
function privateState(folder: string): string[] {
  for (const name of ['state/lists/partial', 'cache/archives/partial'])
    mkdirSync(join(folder, name), { recursive: true })
  const settings = {
    'Dir::State': join(folder, 'state'),
    'Dir::State::status': '/var/lib/dpkg/status',
    'Dir::Cache': join(folder, 'cache'),
    'Acquire::Languages': 'none',
    'APT::Sandbox::User': '',
    'Debug::NoLocking': '1',
  }
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`])
}

/**
 * Unpacks Debian's redis-tools for a user who may not install packages, with those of its libraries that this system
 * lacks. Answers null when that worked, else why it did not. It is moved into place complete.
 */
export function unpackRedis(home: Home): string | null {
  const folder = `${folderOf(home)}.new`
  const packages = join(folder, 'packages')
  const root = join(folder, 'root')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(packages, { recursive: true })
  const options = privateState(folder)
  let problem = manage('apt-get', [...options, 'update'])
  const known = new Set<string>()
  let wanted = ['redis-tools']
  for (let round = 0; round < maxRounds && !problem && wanted.length > 0; round++) {
    const before = new Set(readdirSync(packages))
    problem = manage('apt-get', [...options, 'download', ...wanted], packages)
    const arrived = readdirSync(packages).filter((name) => !before.has(name))
    for (const name of arrived) problem ??= manage('dpkg-deb', ['-x', join(packages, name), root])
    for (const name of wanted) known.add(name)
    wanted = lacksLibraries(programIn(root))
      ? arrived.flatMap((name) => dependenciesOf(join(packages, name))).filter((name) => !known.has(name))
      : []
  }
  if (problem) return problem
  for (const name of ['state', 'cache', 'packages'])
    rmSync(join(folder, name), { recursive: true, force: true })
  rmSync(folderOf(home), { recursive: true, force: true })
  renameSync(folder, folderOf(home))
  return null
}
