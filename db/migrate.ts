import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate } from 'drizzle-orm/postgres-js/migrator'
import postgres from 'postgres'

/** Any number that nobody else uses for an advisory lock on this database. */
const migrationLock = 7_283_640

/** Brings the ledger to the newest schema. Safe to run from several processes at once: they queue for one lock. */
export async function migrateLedger(url: string): Promise<void> {
  const client = postgres(url, { max: 1, onnotice: () => {} })
  try {
    await client`select pg_advisory_lock(${migrationLock})`
    await migrate(drizzle(client), { migrationsFolder: new URL('migrations', import.meta.url).pathname })
  } finally {
    await client.end({ timeout: 5 })
  }
}
