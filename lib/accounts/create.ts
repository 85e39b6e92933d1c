import { sql } from 'drizzle-orm'
import { accounts } from '../../db/schema'
import { type Actor, recordAudit } from '../audit/record'
import type { Context } from '../context'
import { newAccountId } from '../id'
import type { Role } from '../permissions'
import { ok, type Result, refused } from '../result'
import { type Account, accountColumns } from './account'
import { hasOwner } from './find'
import { hashPassword } from './password'

type NewAccount = { email: string; name: string; password: string; role: Role }

/** Makes an account, written down as done by `actor`. Refused: taken. */
export async function createAccount(ctx: Context, wish: NewAccount, actor: Actor): Promise<Result<Account>> {
  const passwordHash = await hashPassword(wish.password)
  return ctx.db.transaction((tx) => insert(tx, { ...wish, passwordHash }, actor))
}

/** Makes the owner of a shop that has none; two at once make one. Refused: not_found when there is one, taken. */
export async function createFirstOwner(
  ctx: Context,
  wish: Omit<NewAccount, 'role'>,
): Promise<Result<Account>> {
  const passwordHash = await hashPassword(wish.password)
  return ctx.db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext('first owner'))`)
    if (await hasOwner({ db: tx })) return refused('not_found')
    const actor = { accountId: null, name: wish.email }
    return insert(tx, { ...wish, passwordHash, role: 'owner' }, actor)
  })
}

async function insert(
  tx: Pick<Context['db'], 'insert'>,
  { email, name, role, passwordHash }: Omit<NewAccount, 'password'> & { passwordHash: string },
  actor: Actor,
): Promise<Result<Account>> {
  const [account] = await tx
    .insert(accounts)
    .values({ id: newAccountId(), email, name, role, passwordHash })
    .onConflictDoNothing()
    .returning(accountColumns)
  if (!account) return refused('taken')
  await recordAudit(tx, {
    ...{ actor, action: 'team.add', subject: account.id, reason: '', before: null },
    after: { email, name, role },
  })
  return ok(account)
}
