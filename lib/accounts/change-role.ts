import { eq } from 'drizzle-orm'
import { accounts } from '../../db/schema'
import { type Actor, recordAudit } from '../audit/record'
import type { Context } from '../context'
import type { Role } from '../permissions'
import { ok, type Result, refused } from '../result'
import { type Account, accountColumns } from './account'

/**
 * Changes what somebody may do, and ends every session they have. `seen` is the role that whoever asked saw. Refused:
 * not_found, changed_meanwhile, last_owner.
 */
export function changeRole(
  ctx: Context,
  { accountId, role, seen }: { accountId: string; role: Role; seen: Role },
  actor: Actor,
): Promise<Result<Account>> {
  return ctx.db.transaction(async (tx) => {
    // All owners, so that two who step down at once don't leave the shop without one.
    const owners = await tx
      .select({ id: accounts.id })
      .from(accounts)
      .where(eq(accounts.role, 'owner'))
      .orderBy(accounts.id)
      .for('update')
    const [before] = await tx
      .select(accountColumns)
      .from(accounts)
      .where(eq(accounts.id, accountId))
      .for('update')
    if (!before) return refused('not_found')
    if (before.role !== seen) return refused('changed_meanwhile')
    if (before.role === role) return ok(before)
    if (before.role === 'owner' && owners.length === 1) return refused('last_owner')
    const [after] = await tx
      .update(accounts)
      .set({ role, stamp: before.stamp + 1 })
      .where(eq(accounts.id, accountId))
      .returning(accountColumns)
    if (!after) return refused('not_found')
    await recordAudit(tx, {
      ...{ actor, action: 'team.role', subject: accountId, reason: '' },
      ...{ before: { role: before.role }, after: { role } },
    })
    return ok(after)
  })
}
