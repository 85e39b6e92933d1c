import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

const systemChromium = '/usr/bin/chromium'

const run = (command, args) =>
  spawnSync(command, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  }).status === 0

/** On Ubuntu the package of that name only points to a snap, which doesn't run in containers. */
const isDebian = () =>
  existsSync('/etc/os-release') && /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'))

/** Debian's lists may be empty or old: then they are fetched, and it is tried once more. */
function installFromDebian() {
  const install = ['-o', 'DPkg::Lock::Timeout=120', 'install', '-y', '--no-install-recommends', 'chromium']
  return run('apt-get', install) || (run('apt-get', ['update']) && run('apt-get', install))
}

/**
 * Makes sure that the browser tests find a Chromium: the system's, else Playwright's own, which knows itself whether
 * it is there already. Answers null, or the sentence that says what to do.
 */
export function ensureChromium() {
  if (existsSync(systemChromium)) return null
  const isRoot = process.getuid?.() === 0
  if (isRoot && isDebian() && installFromDebian() && existsSync(systemChromium)) return null
  const libraries = isRoot && process.platform === 'linux' ? ['--with-deps'] : []
  if (run('npx', ['playwright', 'install', ...libraries, 'chromium'])) return null
  return `There is no Chromium for the browser tests: install one as ${systemChromium}, or let "npx playwright install chromium" reach its server.`
}
