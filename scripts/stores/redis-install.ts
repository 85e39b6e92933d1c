import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import type { Home } from './home'
import { manage } from './package-manager'
import { unpackRedis } from './redis-unpack'

const has = (command: string) => spawnSync(command, ['--version'], { stdio: 'ignore' }).error === undefined

const listsAreEmpty = () =>
  !existsSync('/var/lib/apt/lists') ||
  !readdirSync('/var/lib/apt/lists').some((name) => name.includes('_Packages'))

/** redis-tools holds the server's program but, unlike redis-server, starts no service on port 6379. */
function aptInstall(): string | null {
  const install = ['-o', 'DPkg::Lock::Timeout=120', 'install', '-y', '--no-install-recommends', 'redis-tools']
  if (!listsAreEmpty() && manage('apt-get', install) === null) return null
  // Lists that are old name versions which the mirror no longer has.
  return manage('apt-get', ['update']) ?? manage('apt-get', install)
}

/** Installs a Redis with what this system offers. Answers null when that worked, else why it did not. */
export function installRedis(home: Home, log: (line: string) => void): string | null {
  const isRoot = home.account !== null
  const tell = (what: string) => log(`no redis-server here: ${what}`)
  if (has('apt-get')) {
    tell(
      isRoot
        ? 'installing the package redis-tools'
        : 'unpacking the package redis-tools for this folder alone',
    )
    return isRoot ? aptInstall() : unpackRedis(home)
  }
  if (has('brew') && !isRoot) {
    tell('installing redis with brew')
    return manage('brew', ['install', 'redis'])
  }
  if (!isRoot) return 'there is neither apt-get nor brew, and other package managers need root.'
  if (has('apk')) {
    tell('installing redis with apk')
    return manage('apk', ['add', '--no-cache', 'redis'])
  }
  if (has('dnf')) {
    tell('installing valkey or redis with dnf')
    return manage('dnf', ['install', '-y', 'valkey']) && manage('dnf', ['install', '-y', 'redis'])
  }
  return 'there is none of apt-get, brew, apk and dnf.'
}
