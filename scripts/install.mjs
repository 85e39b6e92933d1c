import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The checkout. Every command works from here, wherever it was called. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..')

const lockFile = join(root, 'package-lock.json')
const stampFile = join(root, 'node_modules', '.stampede-stamp')

const stampNow = () =>
  createHash('sha256')
    .update(`${process.platform}-${process.arch}\n`)
    .update(readFileSync(lockFile))
    .digest('hex')

function fail(message) {
  console.error(message)
  process.exit(1)
}

function refuseOldNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 9)) {
    fail(`Stampede needs Node.js 20.9 or newer; this is ${process.versions.node}.`)
  }
}

/** Of the optional packages only programs made for this very system are needed; npm leaves the others out. */
function isNeeded(entry, libc) {
  if (!entry.optional) return true
  const made = (list, value) => list?.includes(value) ?? false
  return (
    made(entry.os, process.platform) &&
    made(entry.cpu, process.arch) &&
    (!entry.libc || made(entry.libc, libc))
  )
}

/** True when somebody ran npm by hand and everything of the lock file is there: then nothing needs to be done. */
function isInstalledByHand() {
  const record = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(record)) return false
  const libc = process.report?.getReport().header.glibcVersionRuntime ? 'glibc' : 'musl'
  const wanted = JSON.parse(readFileSync(lockFile, 'utf8')).packages
  const present = JSON.parse(readFileSync(record, 'utf8')).packages
  return Object.entries(wanted).every(
    ([path, entry]) => path === '' || !isNeeded(entry, libc) || present[path]?.version === entry.version,
  )
}

/** Variables that are set already win over those of the file. */
function loadEnvFile() {
  const file = join(root, '.env')
  if (existsSync(file)) process.loadEnvFile?.(file)
}

/** Runs npm to its end. Of a failure only the first lines are shown: npm goes on with pages of usage. */
function npm(...args) {
  const { status, stderr, error } = spawnSync(
    'npm',
    [...args, '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'],
    { stdio: ['ignore', 'inherit', 'pipe'], encoding: 'utf8', shell: process.platform === 'win32' },
  )
  if (status === 0) return true
  const lines = (error?.message ?? stderr).split('\n').filter((line) => line.replace('npm error', '').trim())
  console.error(lines.slice(0, 5).join('\n'))
  return false
}

function install() {
  const started = Date.now()
  console.log('Installing the packages of package-lock.json (npm ci) …')
  if (!npm('ci')) {
    // npm ci insists that the lock file lists every system's variants; npm install takes the same versions without.
    console.log('npm ci did not work: trying npm install with the same lock file …')
    if (!npm('install', '--no-save'))
      fail('The packages could not be installed: see the message of npm above.')
  }
  console.log(`Installed in ${((Date.now() - started) / 1000).toFixed(1)} s.`)
}

/**
 * Makes sure that this Node is new enough and that node_modules is what package-lock.json says, the tools for building
 * and testing included, and reads .env. Ends the process with a sentence when that can't be had.
 */
export function ensureInstalled({ envFile = true } = {}) {
  refuseOldNode()
  process.chdir(root)
  if (envFile) loadEnvFile()
  const stamp = stampNow()
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return
  if (!isInstalledByHand()) install()
  writeFileSync(stampFile, stamp)
}
