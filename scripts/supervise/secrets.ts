import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileInRoot } from './root'

/** Secrets that a demo shop makes up for itself when nobody gave it any. */
const names = ['APP_SECRET', 'SANDBOX_WEBHOOK_SECRET', 'NEXT_SERVER_ACTIONS_ENCRYPTION_KEY'] as const

type Secrets = Partial<Record<(typeof names)[number], string>>

function read(file: string): Secrets {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Secrets
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw error
  }
}

/**
 * The demo's secrets, made at first use and kept in a file of 0600. They belong to the checkout, not to STAMPEDE_DATA:
 * one of them is built into the pages, which all shops of a checkout share.
 */
export function demoSecrets(): Record<(typeof names)[number], string> {
  const folder = fileInRoot('.data')
  const file = join(folder, 'secrets.json')
  const known = read(file)
  // 32 bytes in base64: what Next demands of its key, and long enough for the others.
  const entries = names.map((name) => [name, known[name] ?? randomBytes(32).toString('base64')])
  const secrets = Object.fromEntries(entries) as Record<(typeof names)[number], string>
  if (names.every((name) => known[name])) return secrets
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${file}.${process.pid}`, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${file}.${process.pid}`, file)
  return secrets
}
