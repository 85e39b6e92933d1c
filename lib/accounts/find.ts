import { asc, eq, inArray } from 'drizzle-orm'
import { accounts } from '../../db/schema'
import type { Context } from '../context'
import { teamRoles } from '../permissions'
import { type Account, accountColumns } from './account'

/** The account as it is now: role and stamp decide what somebody may do, whatever was true at sign-in. */
export async function findAccount(ctx: Pick<Context, 'byKey'>, id: string): Promise<Account | null> {
  const [account] = await ctx.byKey.select(accountColumns).from(accounts).where(eq(accounts.id, id))
  return account ?? null
}

/** Everybody who sees the admin, in the order of their names. */
export const listTeam = (ctx: Pick<Context, 'db'>): Promise<Account[]> =>
  ctx.db
    .select(accountColumns)
    .from(accounts)
    .where(inArray(accounts.role, [...teamRoles]))
    .orderBy(asc(accounts.name), asc(accounts.id))

/** Whether somebody owns the shop. Without one it shows the page on which the first is made. */
export async function hasOwner(ctx: Pick<Context, 'db'>): Promise<boolean> {
  const [owner] = await ctx.db
    .select({ id: accounts.id })
    .from(accounts)
    .where(eq(accounts.role, 'owner'))
    .limit(1)
  return owner !== undefined
}
