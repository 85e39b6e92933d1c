import { eq } from 'drizzle-orm'
import { accounts } from '../../db/schema'
import type { Context } from '../context'
import { type Account, accountColumns } from './account'
import { isPassword } from './password'

/** The account of this e-mail address and password. Null for everything else, after the same time whatever was wrong. */
export async function signIn(
  ctx: Pick<Context, 'byKey'>,
  { email, password }: { email: string; password: string },
): Promise<Account | null> {
  const [found] = await ctx.byKey
    .select({ ...accountColumns, passwordHash: accounts.passwordHash })
    .from(accounts)
    .where(eq(accounts.email, email))
  const isRight = await isPassword(found?.passwordHash ?? null, password)
  if (!found || !isRight) return null
  const { passwordHash: _, ...account } = found
  return account
}
