import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { manage } from './package-manager'
import type { Program } from './spawn'

/** A program of a Debian package that is unpacked into `folder` alone: nothing is installed, and no service started. */
export type Unpacked = { folder: string; package: string; file: string; argv0?: string }

/** Deeper than this the dependencies of a program's libraries don't reach. */
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

const programIn = (root: string, { file, argv0 }: Unpacked): Program => ({
  file: join(root, file),
  ...(argv0 && { argv0 }),
  libraries: librariesOf(root),
})

/** The program that an earlier run unpacked. */
export function findUnpacked(wanted: Unpacked): Program | null {
  const program = programIn(join(wanted.folder, 'root'), wanted)
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
 * Unpacks a package of Debian's, also for a user who may not install any, with those of its libraries that this system
 * lacks. Answers null when that worked, else why it did not. It is moved into place complete.
 */
export function unpack(wanted: Unpacked): string | null {
  const folder = `${wanted.folder}.new`
  const packages = join(folder, 'packages')
  const root = join(folder, 'root')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(packages, { recursive: true })
  const options = privateState(folder)
  let problem = manage('apt-get', [...options, 'update'])
  const known = new Set<string>()
  let names = [wanted.package]
  for (let round = 0; round < maxRounds && !problem && names.length > 0; round++) {
    const before = new Set(readdirSync(packages))
    problem = manage('apt-get', [...options, 'download', ...names], packages)
    const arrived = readdirSync(packages).filter((name) => !before.has(name))
    for (const name of arrived) problem ??= manage('dpkg-deb', ['-x', join(packages, name), root])
    for (const name of names) known.add(name)
    names = lacksLibraries(programIn(root, wanted))
      ? arrived.flatMap((name) => dependenciesOf(join(packages, name))).filter((name) => !known.has(name))
      : []
  }
  if (problem) return problem
  for (const name of ['state', 'cache', 'packages'])
    rmSync(join(folder, name), { recursive: true, force: true })
  rmSync(wanted.folder, { recursive: true, force: true })
  renameSync(folder, wanted.folder)
  return null
}
