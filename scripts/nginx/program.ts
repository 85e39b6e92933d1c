import { spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { findUnpacked, type Unpacked, unpack } from '../stores/debian-package'
import { withLock } from '../stores/lock'
import type { Program } from '../stores/spawn'

/** Unpacked rather than installed: Debian's package would start a service on ports 80 and 443. */
const debian: Unpacked = { folder: resolve('.data/nginx-package'), package: 'nginx', file: 'usr/sbin/nginx' }

const runs = ({ file, libraries }: Program) =>
  spawnSync(file, ['-V'], {
    encoding: 'utf8',
    env: { ...process.env, ...(libraries && { LD_LIBRARY_PATH: libraries }) },
  }).stderr?.includes('http_v2_module') ?? false

function findNginx(): Program | undefined {
  const folders = [...(process.env.PATH ?? '').split(':').filter(Boolean), '/usr/sbin']
  const unpacked = findUnpacked(debian)
  const candidates = [
    ...folders.map((folder) => ({ file: join(folder, 'nginx') })),
    ...(unpacked ? [unpacked] : []),
  ]
  return candidates.find(runs)
}

/** An nginx of this system, else Debian's, unpacked for this folder alone. Throws an Error that says what to install. */
export function ensureNginx(): Promise<Program> {
  return withLock(resolve('.data/nginx.lock'), async () => {
    const here = findNginx()
    if (here) return here
    const problem = unpack(debian)
    const unpacked = findNginx()
    if (unpacked) return unpacked
    throw new Error(
      `There is no nginx with HTTP/2 here: install one. Unpacking Debian's did not work: ${problem}`,
    )
  })
}
