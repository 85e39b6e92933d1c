import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import { config } from '../lib/config'

export type Database = PostgresJsDatabase
/** A database handle or a transaction on it: what a verb that may run inside another's transaction takes. */
export type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0]

/**
 * A plan that is kept was made for the table as it was then: one made while a table was a page long reads all of it, and
 * goes on doing so while a rush fills it. So plans are made afresh, which for a small statement costs more than running
 * it. `kept` is for statements that find each of their rows by a whole key: there the one right plan is to go from key
 * to key, whatever the size of the tables, and nothing else is allowed.
 */
const planning = {
  fresh: { plan_cache_mode: 'force_custom_plan' },
  kept: {
    plan_cache_mode: 'force_generic_plan',
    enable_seqscan: 'off',
    enable_hashjoin: 'off',
    enable_mergejoin: 'off',
    enable_material: 'off',
  },
}

/**
 * Opens a pool on the ledger. Every wait is bounded (connect, statement, lock, idle in transaction), so that a stuck
 * rival costs a `try_again`, never a hanging request.
 */
export function createDatabase(url: string, plans: keyof typeof planning = 'fresh') {
  const client = postgres(url, {
    max: config.postgres.connections,
    connect_timeout: config.postgres.connectTimeoutSeconds,
    idle_timeout: 60,
    backoff: (attempt: number) => Math.min(0.05 * 2 ** attempt, 0.5),
    onnotice: () => {},
    connection: {
      application_name: 'stampede',
      statement_timeout: config.postgres.statementTimeoutMs,
      lock_timeout: config.postgres.lockTimeoutMs,
      idle_in_transaction_session_timeout: config.postgres.idleInTransactionTimeoutMs,
      ...planning[plans],
    },
  })
  const { begin } = client
  client.begin = ((run: (tx: postgres.TransactionSql) => unknown) =>
    begin((tx) => run(prepareAll(tx)))) as typeof begin
  return { db: drizzle(prepareAll(client)), close: () => client.end({ timeout: 5 }) }
}

/** With more parameters it is a list of any length, and a statement for each length would fill the server's memory. */
const mostPreparedParameters = 32

/**
 * Drizzle sends everything unprepared, which costs the ledger a round trip for the types and parsing each time. Here a
 * connection prepares each of the shop's statements once.
 */
function prepareAll<Client extends postgres.ISql>(client: Client): Client {
  const { unsafe } = client
  client.unsafe = ((text: string, values: postgres.ParameterOrJSON<never>[] = [], options = {}) =>
    unsafe(text, values, { ...options, prepare: values.length <= mostPreparedParameters })) as typeof unsafe
  return client
}

/**
 * A statement that is put together once for each database, because building it costs more than sending it. `build` gets
 * the database and names what changes from call to call with `sql.placeholder`.
 */
export function defineStatement<Statement>(build: (db: Database) => Statement): (db: Database) => Statement {
  const built = new WeakMap<Database, Statement>()
  return (db) => {
    let statement = built.get(db)
    if (!statement) {
      statement = build(db)
      built.set(db, statement)
    }
    return statement
  }
}

/** SQLSTATE or driver code of a failed query ("23505", "CONNECTION_CLOSED"), or '' when the ledger did not fail it. */
export function ledgerErrorCode(error: unknown): string {
  for (let e: unknown = error; e instanceof Error; e = e.cause) {
    if ('code' in e && typeof e.code === 'string') return e.code
  }
  return ''
}

// Network and pool codes of Node and of the driver; the outcome of a COMMIT that met one of them is unknown.
const connectionCodes =
  /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|CONNECT_TIMEOUT|CONNECTION_)/
// 08 connection, 53 resources, 57P shutdown, 40001 and 40P01 lost a race, 55P03 lock and 57014 statement timed out,
// 25006 a primary that became a standby.
const passingStates = /^(08|53|57P|40001$|40P01$|55P03$|57014$|25006$)/

/** True when the ledger failed in a way that passes: the same call may be repeated, nothing is wrong with its input. */
export function isLedgerBusy(error: unknown): boolean {
  const code = ledgerErrorCode(error)
  return connectionCodes.test(code) || passingStates.test(code)
}

/** True for SQLSTATE classes 22 and 23: this very data can't be written, however often it is tried. */
export const isBadData = (error: unknown): boolean => /^2[23]/.test(ledgerErrorCode(error))
