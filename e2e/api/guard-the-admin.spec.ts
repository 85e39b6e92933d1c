import { eq } from 'drizzle-orm'
import { auditEntries } from '../../db/schema'
import { changeRole } from '../../lib/accounts/change-role'
import { adminActions, adminPages, may, type Permission, type Role, roles } from '../../lib/permissions'
import { placed } from '../../tests/purchase'
import { inside, test } from '../rig/api'
import { actionCall, actionId } from '../rig/forms'
import { newMember, sessionOf, signIn, trySignIn } from '../rig/team'
import { expect } from '../rig/test'

const operator = { accountId: null, name: 'e2e' }
const people = ['nobody', ...roles] as const
type Person = (typeof people)[number]

const isAllowed = (person: Person, permission: Permission | 'nobody') =>
  permission === 'nobody' || (person !== 'nobody' && may(person as Role, permission))

const reasonIn = (text: string) => /"reason":"(\w+)"/.exec(text)?.[1]

for (const person of people) {
  test(`${person} gets the pages of the admin that the table of permissions says, and no other`, async ({
    anyone,
    ctx,
    mint,
  }) => {
    const cookie = person === 'nobody' ? '' : await signIn(anyone, await newMember(ctx, person))
    const sale = await mint()
    const { id: orderId } = await placed(ctx, sale)
    for (const [page, permission] of Object.entries(adminPages)) {
      const path = page.replace('[id]', page.startsWith('/admin/orders') ? orderId : sale.id)
      const answer = await anyone(path, { headers: { cookie } })
      if (page === '/admin/first') expect(answer.status, 'an address that nobody was given').toBe(404)
      else if (isAllowed(person, permission)) expect(answer.status, path).toBe(200)
      else if (person === 'nobody') {
        expect(answer.status, path).toBe(307)
        expect(answer.headers.location).toMatch(/^(https?:\/\/[^/]+)?\/admin\/login\?to=%2Fadmin/)
      } else expect(answer.status, path).toBe(403)
      if (!isAllowed(person, permission)) expect(answer.text, path).not.toContain(sale.title)
      expect(answer.text).not.toMatch(inside)
      if (permission !== 'nobody') expect(answer.headers['cache-control'], path).toMatch(/no-store/)
    }
  })

  test(`${person} runs the actions of the admin that the table says, and no other, from whatever page`, async ({
    anyone,
    ctx,
    baseURL,
  }) => {
    const cookie = person === 'nobody' ? '' : await signIn(anyone, await newMember(ctx, person))
    for (const [name, permission] of Object.entries(adminActions)) {
      for (const page of ['/admin', '/admin/login', '/']) {
        const call = actionCall(actionId('app/admin/actions.ts', name), [['x', '']], {
          cookie,
          origin: baseURL ?? '',
        })
        const answer = await anyone(page, call)
        // Whoever may is told that the fields are missing; everybody else hears nothing about fields.
        const expected = isAllowed(person, permission)
          ? 'invalid_input'
          : person === 'nobody'
            ? 'not_signed_in'
            : 'forbidden'
        expect({ name, page, reason: reasonIn(answer.text) }).toEqual({ name, page, reason: expected })
        const { origin: _, ...withoutOrigin } = call.headers ?? {}
        expect(reasonIn((await anyone(page, { ...call, headers: withoutOrigin })).text)).toBe('bad_origin')
      }
    }
  })
}

test('a page is refused by itself too, when somebody gets around what stands in front of it', async ({
  anyone,
  ctx,
  mint,
}) => {
  const sale = await mint()
  const { id: orderId } = await placed(ctx, sale)
  for (const path of [
    ...['/admin', `/admin/sales/${sale.id}`, '/admin/audit', '/admin/team'],
    ...['/admin/orders', `/admin/orders/${orderId}`, '/admin/orders/csv'],
  ]) {
    for (const headers of [
      { 'x-middleware-subrequest': 'proxy:proxy:proxy:proxy:proxy' },
      { rsc: '1', 'x-middleware-rewrite': path },
    ]) {
      const answer = await anyone(path, { headers })
      expect([307, 403], path).toContain(answer.status)
      expect(answer.text).not.toContain(sale.title)
    }
    // Posts pass, because forms answer for themselves: what comes back is the page for nobody.
    const posted = await anyone(path, {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=edge' },
      body: '--edge--\r\n',
    })
    expect(posted.text).not.toContain(sale.title)
  }
})

test('signing in tells nobody which half was wrong, or whether there is such an account', async ({
  anyone,
  ctx,
}) => {
  const member = await newMember(ctx, 'staff')
  const wrong = await trySignIn(anyone, { email: member.email, password: 'another password' })
  const unknown = await trySignIn(anyone, { email: `x${member.email}`, password: member.password })
  expect(sessionOf(wrong)).toBe('')
  expect({ status: unknown.status, text: unknown.text }).toEqual({ status: wrong.status, text: wrong.text })
  const nonsense = { email: 'no address', password: '' }
  expect((await trySignIn(anyone, nonsense)).text).toBe(wrong.text)
})

test('what is no password, and more than anybody types, is refused without a word of the inside', async ({
  anyone,
}) => {
  const csrf = await anyone('/api/auth/csrf')
  const { csrfToken } = csrf.json as { csrfToken: string }
  const cookie = csrf.cookies.map((each) => each.split(';', 1)[0]).join('; ')
  const post = (body: string) =>
    anyone('/api/auth/callback/credentials', {
      method: 'POST',
      headers: { cookie, 'content-type': 'application/json' },
      body,
    })
  for (const password of [{ x: 1 }, ['a'], 7, true, null]) {
    const email = 'somebody@shop.example'
    const answer = await post(JSON.stringify({ csrfToken, email, password, json: 'true' }))
    expect(answer.text, JSON.stringify(password)).toContain('CredentialsSignin')
    expect(answer.text).not.toMatch(/normalize|function|select/)
  }
  expect((await post(JSON.stringify({ csrfToken, email: 'x'.repeat(100_000) }))).status).toBe(413)
})

test('whoever guesses passwords soon has to wait, even with the right one', async ({ anyone, ctx }) => {
  const member = await newMember(ctx, 'owner')
  const guesses = []
  for (let guess = 0; guess < 12; guess++)
    guesses.push(await trySignIn(anyone, { email: member.email, password: `guess number ${guess}` }))
  expect(guesses.at(-1)?.text).toContain('too_many_requests')
  const right = await trySignIn(anyone, member)
  expect(right.text).toContain('too_many_requests')
  expect(sessionOf(right)).toBe('')
})

test('a session that was edited, signed by another secret, or of another kind is nobody’s', async ({
  anyone,
  ctx,
}) => {
  const session = await signIn(anyone, await newMember(ctx, 'owner'))
  const [name = '', value = ''] = session.split('=', 2)
  for (const forged of [
    '',
    'x',
    `${value.slice(0, -2)}xx`,
    value.split('.').toReversed().join('.'),
    'null',
  ]) {
    const answer = await anyone('/admin', { headers: { cookie: `${name}=${forged}` } })
    expect(answer.status, forged.slice(0, 20)).toBe(307)
  }
})

test('a changed role holds from the next request on, and what was signed in before is over', async ({
  anyone,
  ctx,
}) => {
  const member = await newMember(ctx, 'staff')
  const cookie = await signIn(anyone, member)
  const ask = () => anyone('/admin', { headers: { cookie } })
  expect((await ask()).status).toBe(200)
  await changeRole(ctx, { accountId: member.id, role: 'shopper', seen: 'staff' }, operator)
  expect((await ask()).status).toBe(307)
})

test('every sign-in has a session of its own', async ({ anyone, ctx }) => {
  const member = await newMember(ctx, 'viewer')
  expect(await signIn(anyone, member)).not.toBe(await signIn(anyone, member))
})

test('a control that somebody pressed on a page that is no longer true does nothing', async ({
  anyone,
  ctx,
  mint,
  baseURL,
}) => {
  const sale = await mint()
  const [first, second] = await Promise.all(
    [1, 2].map(async () => signIn(anyone, await newMember(ctx, 'staff'))),
  )
  const pause = (cookie = '') =>
    anyone(
      `/admin/sales/${sale.id}`,
      actionCall(
        actionId('app/admin/actions.ts', 'pauseAction'),
        [
          ['saleId', sale.id],
          ['paused', 'no'],
          ['closesAt', new Date(sale.closesAt).toISOString()],
          ['reason', 'The page shows a wrong price'],
        ],
        { cookie, origin: baseURL ?? '' },
      ),
    )
  expect((await pause(first)).text).toContain('"ok":true')
  expect(reasonIn((await pause(second)).text)).toBe('changed_meanwhile')
  const entries = await ctx.db.select().from(auditEntries).where(eq(auditEntries.subject, sale.id))
  expect(entries).toMatchObject([
    {
      ...{ action: 'sales.pause', reason: 'The page shows a wrong price' },
      ...{ before: { paused: false }, after: { paused: true } },
    },
  ])
})

test('a list that is asked for with nonsense is a list (attack 27)', async ({ anyone, ctx }) => {
  const cookie = await signIn(anyone, await newMember(ctx, 'owner'))
  for (const query of [
    ...[
      'search=%00',
      'search=%27%20or%201%3D1--',
      'search=%5B%28',
      'search=a&search=b',
      'state=DROP',
      'sort=1',
    ],
    ...['after=-1', 'after=1e99', 'after=x', 'saleId=%00', `search=${'x'.repeat(5_000)}`, 'before=%00'],
  ]) {
    for (const list of ['/admin/orders', '/admin/audit']) {
      const answer = await anyone(`${list}?${query}`, { headers: { cookie } })
      expect(answer.status, `${list}?${query}`).toBe(200)
      expect(answer.text).not.toMatch(inside)
    }
  }
})
