import { auditEntries } from '../../db/schema'
import type { Context } from '../context'

/** Who did it: an account, or a command that an operator ran. */
export type Actor = { accountId: string | null; name: string }

export type Entry = {
  actor: Actor
  /** The permission's word and what was done: `sales.pause`. */
  action: string
  /** The id of what was changed. */
  subject: string
  /** Why, in the words of whoever did it. */
  reason: string
  before: Record<string, unknown> | null
  after: Record<string, unknown> | null
}

/**
 * Writes down what somebody changed, with what was before and after. In the transaction of the change (`db`), so that
 * neither is there without the other. The ledger refuses to change or delete what was written.
 */
export async function recordAudit(db: Pick<Context['db'], 'insert'>, entry: Entry): Promise<void> {
  const { actor, ...rest } = entry
  await db.insert(auditEntries).values({ ...rest, accountId: actor.accountId, actor: actor.name })
}
