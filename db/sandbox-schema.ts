import { sql } from 'drizzle-orm'
import { bigint, boolean, index, integer, pgSchema, text, timestamp } from 'drizzle-orm/pg-core'

/**
 * What the sandbox payment provider remembers. It plays a company elsewhere, so it has a schema of its own and no verb
 * of the shop reads it: they ask the provider.
 */
export const sandbox = pgSchema('sandbox')
/** To the microsecond, as `now()` is: rounded to milliseconds, what is due now could be due half a millisecond later. */
const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' })

export const intents = sandbox.table(
  'intents',
  {
    id: text('id').primaryKey(),
    /** The shop's idempotency key: the same key always means the same intent. */
    key: text('key').notNull().unique(),
    amountMinor: bigint('amount_minor', { mode: 'number' }).notNull(),
    currency: text('currency').notNull(),
    state: text('state').notNull(),
    /** For cards that succeed late: when the bank says yes. */
    succeedsAt: instant('succeeds_at'),
    /** How often money was really taken and set free: tests assert that it never exceeds one. */
    captures: integer('captures').notNull().default(0),
    voids: integer('voids').notNull().default(0),
  },
  // The worker looks for the late ones several times a second.
  (t) => [index('intents_late').on(t.succeedsAt).where(sql`state = 'processing'`)],
)

export const events = sandbox.table(
  'events',
  {
    id: text('id').primaryKey(),
    intentId: text('intent_id').notNull(),
    type: text('type').notNull(),
    deliverAt: instant('deliver_at').notNull().default(sql`now()`),
    delivered: boolean('delivered').notNull().default(false),
    attempts: integer('attempts').notNull().default(0),
  },
  (t) => [index('events_due').on(t.deliverAt).where(sql`not delivered`)],
)
