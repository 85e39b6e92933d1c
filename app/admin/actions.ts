'use server'

import { z } from 'zod'
import { accountEmailSchema, accountNameSchema, passwordSchema, roleSchema } from '@/lib/accounts/account'
import { changeRole } from '@/lib/accounts/change-role'
import { createAccount, createFirstOwner } from '@/lib/accounts/create'
import { isFirstRunToken } from '@/lib/accounts/first-run'
import { idPatterns } from '@/lib/patterns'
import { adminActions } from '@/lib/permissions'
import { ok, type Result, refused } from '@/lib/result'
import { type Control, controlSale } from '@/lib/sales/control'
import { actorOf, mountAdminAction } from '@/lib/web/admin'

/** The page reads again what has changed. */
const done = <T>(result: Result<T>): Result<null> => (result.ok ? ok(null) : result)

const accountId = z.string().regex(idPatterns.account)
const newAccount = z.object({
  email: accountEmailSchema,
  name: accountNameSchema,
  password: passwordSchema,
})

const controlInput = z.object({
  saleId: z.string().regex(idPatterns.sale),
  reason: z.string().trim().min(3, 'says why, in a few words').max(500, 'is too long'),
  /** How the sale stood on the page that the form is of. */
  paused: z.enum(['yes', 'no']).transform((paused) => paused === 'yes'),
  closesAt: z.iso.datetime().transform((at) => new Date(at)),
})

const controlAction = (name: 'pauseAction' | 'resumeAction' | 'closeAction', control: Control) =>
  mountAdminAction({
    name,
    permission: adminActions[name],
    input: controlInput,
    run: async (ctx, { saleId, reason, ...seen }, account) =>
      controlSale(ctx, saleId, control, { actor: actorOf(account), reason, seen }),
  })

export const pauseAction = controlAction('pauseAction', { pause: true })
export const resumeAction = controlAction('resumeAction', { resume: true })
export const closeAction = controlAction('closeAction', { close: true })

export const addAccountAction = mountAdminAction({
  name: 'addAccountAction',
  permission: adminActions.addAccountAction,
  input: newAccount.extend({ role: roleSchema }),
  run: async (ctx, wish, account) => done(await createAccount(ctx, wish, actorOf(account))),
})

export const changeRoleAction = mountAdminAction({
  name: 'changeRoleAction',
  permission: adminActions.changeRoleAction,
  input: z.object({ accountId, role: roleSchema, seen: roleSchema }),
  run: async (ctx, wish, account) => done(await changeRole(ctx, wish, actorOf(account))),
})

/** Only for whoever has the address that the start of the shop printed, and only while nobody owns the shop. */
export const createFirstOwnerAction = mountAdminAction({
  name: 'createFirstOwnerAction',
  permission: adminActions.createFirstOwnerAction,
  input: newAccount.extend({ token: z.string().max(100) }),
  run: async (ctx, { token, ...wish }) =>
    isFirstRunToken(ctx.env.APP_SECRET, token)
      ? done(await createFirstOwner(ctx, wish))
      : refused('not_found'),
})
