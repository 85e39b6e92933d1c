import { readdir } from 'node:fs/promises'
import postgres from 'postgres'
import { migrateLedger } from '../db/migrate'
import { resetStores, startStores } from '../scripts/stores'

/** Each run has stores of its own, so that two runs at once do not meet. */
const root = '.data/test'

/** Database that every test file copies: it has the schema and nothing else. */
const templateDatabase = 'stampede_template'

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Ends and removes the stores of runs that were killed before they could. */
async function clearDeadRuns() {
  const runs = await readdir(root).catch(() => [])
  for (const pid of runs) if (!isAlive(Number(pid))) await resetStores(`${root}/${pid}`)
}

/** Starts the run's stores, without fsync, and prepares the template database. */
export default async function setup() {
  await clearDeadRuns()
  const dir = `${root}/${process.pid}`
  const stores = await startStores({ dir, durable: false })
  const admin = postgres(stores.databaseUrl, { max: 1, onnotice: () => {} })
  await admin.unsafe(`create database ${templateDatabase}`)
  const template = new URL(stores.databaseUrl)
  template.pathname = `/${templateDatabase}`
  await migrateLedger(template.href)
  await admin.end()
  process.env.TEST_DATABASE_URL = stores.databaseUrl
  process.env.TEST_REDIS_URL = stores.redisUrl
  return () => resetStores(dir)
}
