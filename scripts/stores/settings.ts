import { randomBytes } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Home } from './home'
import { choosePort } from './ports'

/** What a home keeps between starts, so that the addresses of its stores stay the same. */
export type Settings = {
  postgres: { port: number; password: string; durable: boolean }
  redis: { port: number; password: string; durable: boolean }
}

const fileOf = (home: Home) => join(home.path, 'stores.json')

export function saveSettings(home: Home, settings: Settings): void {
  const fresh = `${fileOf(home)}.new`
  writeFileSync(fresh, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600 })
  renameSync(fresh, fileOf(home))
}

export function findSettings(home: Home): Settings | null {
  try {
    return JSON.parse(readFileSync(fileOf(home), 'utf8')) as Settings
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** The settings of this home; at the first start with new passwords and free ports. Called under the start lock. */
export async function getSettings(home: Home, durable: boolean): Promise<Settings> {
  const known = findSettings(home)
  if (known) return known
  const password = () => randomBytes(18).toString('base64url')
  const postgresPort = await choosePort()
  let redisPort = await choosePort()
  while (redisPort === postgresPort) redisPort = await choosePort()
  const settings = {
    postgres: { port: postgresPort, password: password(), durable },
    redis: { port: redisPort, password: password(), durable },
  }
  saveSettings(home, settings)
  return settings
}
