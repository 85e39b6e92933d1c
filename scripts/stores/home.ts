import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, lstatSync, mkdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'

/** Who the servers run as. Neither PostgreSQL nor good sense lets them run as root. */
export type Account = { uid: number; gid: number; name: string }

/** Where the stores of one folder live. `account` is set only when this process is root. */
export type Home = { dir: string; path: string; account: Account | null }

const isRoot = process.getuid?.() === 0

function findAccount(): Account {
  for (const name of ['postgres', 'nobody']) {
    try {
      const id = (flag: string) =>
        Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: 'pipe' }))
      return { uid: id('-u'), gid: id('-g'), name }
    } catch {
      // This system has no such user: the next name is tried.
    }
  }
  throw new Error(
    'PostgreSQL does not run as root and there is no user "postgres" or "nobody": create one, or set DATABASE_URL.',
  )
}

/**
 * The home of the stores of `dir`, created when missing. For root it lies under /var/tmp, because the server's user
 * often can't reach a checkout of root's. Throws when somebody else has already taken that name.
 */
export function openHome(dir: string): Home {
  mkdirSync(dir, { recursive: true })
  const real = realpathSync(dir)
  const account = isRoot ? findAccount() : null
  const hash = createHash('sha256').update(real).digest('hex').slice(0, 12)
  const path = isRoot ? `/var/tmp/stampede-${hash}` : join(real, 'stores')
  mkdirSync(path, { recursive: true, mode: 0o711 })
  const found = lstatSync(path)
  if (!found.isDirectory() || found.uid !== (process.getuid?.() ?? found.uid)) {
    throw new Error(`${path} belongs to somebody else: remove it, or set DATABASE_URL and REDIS_URL.`)
  }
  // The servers' user may pass through but can't list or write what lies beside its own folders.
  chmodSync(path, isRoot ? 0o711 : 0o700)
  return { dir: real, path, account }
}
