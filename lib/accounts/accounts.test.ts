import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accounts, auditEntries } from '../../db/schema'
import { openShop, type Shop } from '../../tests/shop'
import type { Role } from '../permissions'
import { changeRole } from './change-role'
import { createAccount, createFirstOwner } from './create'
import { findAccount, hasOwner, listTeam } from './find'
import { signIn } from './sign-in'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.close())

const operator = { accountId: null, name: 'a test' }
const password = 'correct horse battery'
const wishOf = (name: string, role: Role) => ({ email: `${name}@shop.example`, name, password, role })

async function make(name: string, role: Role) {
  const made = await createAccount(shop, wishOf(name, role), operator)
  if (!made.ok) throw new Error(made.reason)
  return made.value
}

describe('the first owner', () => {
  test('twenty who ask at once make one, and afterwards nobody is the first', async () => {
    expect(await hasOwner(shop)).toBe(false)
    const asked = Array.from({ length: 20 }, (_, at) =>
      createFirstOwner(shop, { email: `first-${at}@shop.example`, name: 'First', password }),
    )
    const made = (await Promise.all(asked)).filter(({ ok }) => ok)
    expect(made).toHaveLength(1)
    expect(await hasOwner(shop)).toBe(true)
    expect(
      await createFirstOwner(shop, { email: 'late@shop.example', name: 'Late', password }),
    ).toMatchObject({ reason: 'not_found' })
  })

  test('negative control: without the lock several become the first', async () => {
    await shop.db.execute(sql`update accounts set role = 'viewer' where role = 'owner'`)
    const unguarded = async (at: number) => {
      if (await hasOwner(shop)) return
      await shop.db
        .insert(accounts)
        .values({ id: `acc_unguarded${at}`, email: `u${at}@shop.example`, name: 'U', role: 'owner' })
    }
    await Promise.all(Array.from({ length: 8 }, (_, at) => unguarded(at)))
    const owners = await shop.db.select().from(accounts).where(eq(accounts.role, 'owner'))
    expect(owners.length).toBeGreaterThan(1)
  })
})

describe('signing in', () => {
  test('takes the password of the account and no other, and never holds it in the ledger', async () => {
    const account = await make('ada', 'staff')
    expect(await signIn(shop, { email: account.email, password })).toEqual(account)
    expect(await signIn(shop, { email: account.email, password: `${password}x` })).toBeNull()
    expect(await signIn(shop, { email: 'nobody@shop.example', password })).toBeNull()
    const [row] = await shop.db.select().from(accounts).where(eq(accounts.id, account.id))
    expect(row?.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  })

  test('an account without a password lets nobody in', async () => {
    await shop.db
      .insert(accounts)
      .values({ id: 'acc_withoutpassword', email: 'none@shop.example', name: 'N', role: 'owner' })
    for (const tried of ['', 'null', 'nobody has this'])
      expect(await signIn(shop, { email: 'none@shop.example', password: tried })).toBeNull()
  })
})

test('an e-mail address has one account, and a second wish changes nothing', async () => {
  const account = await make('eve', 'viewer')
  expect(await createAccount(shop, wishOf('eve', 'owner'), operator)).toMatchObject({ reason: 'taken' })
  expect(await findAccount(shop, account.id)).toEqual(account)
})

describe('roles', () => {
  test('a changed role ends every session, and is in the audit log with before and after', async () => {
    const account = await make('sam', 'viewer')
    const changed = await changeRole(
      shop,
      { accountId: account.id, role: 'staff', seen: 'viewer' },
      { accountId: 'acc_x', name: 'the owner' },
    )
    expect(changed).toMatchObject({ ok: true, value: { role: 'staff', stamp: account.stamp + 1 } })
    const [entry] = await shop.db
      .select()
      .from(auditEntries)
      .where(sql`${auditEntries.subject} = ${account.id} and ${auditEntries.action} = 'team.role'`)
    expect(entry).toMatchObject({
      ...{ actor: 'the owner', before: { role: 'viewer' }, after: { role: 'staff' } },
    })
    expect((await listTeam(shop)).map(({ id }) => id)).toContain(account.id)
  })

  test('whoever saw another role changes nothing', async () => {
    const account = await make('kim', 'viewer')
    expect(
      await changeRole(shop, { accountId: account.id, role: 'owner', seen: 'staff' }, operator),
    ).toMatchObject({ reason: 'changed_meanwhile' })
    expect(await findAccount(shop, account.id)).toEqual(account)
  })

  test('two owners who step down at once leave one', async () => {
    await shop.db.execute(sql`update accounts set role = 'viewer' where role = 'owner'`)
    const two = [await make('one', 'owner'), await make('two', 'owner')]
    const stepped = await Promise.all(
      two.map(({ id }) => changeRole(shop, { accountId: id, role: 'staff', seen: 'owner' }, operator)),
    )
    expect(stepped.filter(({ ok }) => ok)).toHaveLength(1)
    expect(stepped.find(({ ok }) => !ok)).toMatchObject({ reason: 'last_owner' })
    expect(await hasOwner(shop)).toBe(true)
  })
})

test('what is in the audit log can be neither changed nor deleted', async () => {
  await make('log', 'viewer')
  for (const tried of [
    sql`update audit_entries set reason = 'another'`,
    sql`delete from audit_entries`,
    sql`truncate audit_entries`,
  ]) {
    await expect(shop.db.execute(tried)).rejects.toMatchObject({ cause: { code: '55000' } })
  }
})
