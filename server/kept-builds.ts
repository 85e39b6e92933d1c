import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildFolder } from '../lib/env'

const root = fileURLToPath(new URL('..', import.meta.url))
const prefix = '.next-kept-'

/** A build that nobody served for so long is removed, and with it the files that pages of it would still ask for. */
const forgottenAfterMs = 3_600_000
const touchMs = 60_000

/** What only the next build needs. */
const leftOut = /^(cache|types|diagnostics|trace.*)$/

let touching: NodeJS.Timeout | undefined

/** The kept builds, as folders of the checkout, the one that was used last first. */
export function listKeptBuilds(): string[] {
  const folders = readdirSync(root).filter((name) => name.startsWith(prefix) && !name.includes('~'))
  return folders.sort((a, b) => usedAt(b) - usedAt(a))
}

function usedAt(folder: string): number {
  return statSync(join(root, folder), { throwIfNoEntry: false })?.mtimeMs ?? 0
}

function touch(folder: string): void {
  const now = new Date()
  if (usedAt(folder) > 0) utimesSync(join(root, folder), now, now)
}

function removeForgotten(current: string): void {
  const [last, ...older] = listKeptBuilds().filter((folder) => folder !== current)
  const halfCopied = readdirSync(root).filter((name) => name.startsWith(prefix) && name.includes('~'))
  for (const folder of [...older, ...halfCopied]) {
    if (folder !== last && Date.now() - usedAt(folder) > forgottenAfterMs)
      rmSync(join(root, folder), { recursive: true, force: true })
  }
}

/**
 * Copies the build that is on disk, once, and answers the folder of the copy: processes serve from it, so that the next
 * build can take the place of this one while they run. Copies that nobody serves any more are removed, except for the
 * last one: pages of it are still open. Throws when there is no whole build.
 */
export function keepBuild(): string {
  const built = join(root, buildFolder())
  // Written last.
  if (!existsSync(join(built, 'prerender-manifest.json'))) throw new Error('The pages are not built.')
  const id = readFileSync(join(built, 'BUILD_ID'), 'utf8').trim()
  const folder = `${prefix}${id}`
  if (!existsSync(join(root, folder))) {
    const fresh = `${folder}~${process.pid}`
    cpSync(built, join(root, fresh), {
      recursive: true,
      // An asset has the same ETag from every copy.
      preserveTimestamps: true,
      // Links to packages: from the copy they lead to the same place.
      verbatimSymlinks: true,
      filter: (path) => !leftOut.test(relative(built, path)),
    })
    try {
      renameSync(join(root, fresh), join(root, folder))
    } catch (error) {
      // Another server of this checkout was faster.
      rmSync(join(root, fresh), { recursive: true })
      if (!existsSync(join(root, folder))) throw error
    }
  }
  touch(folder)
  clearInterval(touching)
  touching = setInterval(() => touch(folder), touchMs).unref()
  removeForgotten(folder)
  return folder
}
