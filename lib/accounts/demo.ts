import { eq } from 'drizzle-orm'
import { accounts } from '../../db/schema'
import type { Context } from '../context'
import { type Role, teamRoles } from '../permissions'
import { sign } from '../sign'
import { createAccount } from './create'
import { hashPassword, isPassword } from './password'

type Login = { role: Role; email: string; password: string }

/** The logins of a demo shop: passwords that whoever has its secret can tell, and nobody else. */
const loginsOf = (secret: string): Login[] =>
  teamRoles.toReversed().map((role) => ({
    role,
    email: `${role}@demo.example`,
    password: sign(secret, `demo login:${role}`).slice(0, 16),
  }))

const names: Record<Role, string> = { owner: 'Olive', staff: 'Sven', viewer: 'Vera', shopper: 'Shirin' }

/** Makes the team of a demo shop as far as it is missing, and answers how to sign in as each of them. */
export async function renewDemoTeam(ctx: Context): Promise<Login[]> {
  const logins = loginsOf(ctx.env.APP_SECRET)
  for (const { role, email, password } of logins) {
    const [found] = await ctx.db.select().from(accounts).where(eq(accounts.email, email))
    if (!found) {
      await createAccount(
        ctx,
        { role, email, password, name: names[role] },
        { accountId: null, name: 'npm start' },
      )
    } else if (!(await isPassword(found.passwordHash, password))) {
      // The shop has another secret than when it was made.
      await ctx.db
        .update(accounts)
        .set({ passwordHash: await hashPassword(password), stamp: found.stamp + 1 })
        .where(eq(accounts.id, found.id))
    }
  }
  return logins
}
