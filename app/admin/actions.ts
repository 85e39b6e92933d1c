'use server'

import { z } from 'zod'
import { accountEmailSchema, accountNameSchema, passwordSchema, roleSchema } from '@/lib/accounts/account'
import { changeRole } from '@/lib/accounts/change-role'
import { createAccount, createFirstOwner } from '@/lib/accounts/create'
import { isFirstRunToken } from '@/lib/accounts/first-run'
import { cancelOrder } from '@/lib/orders/end'
import { findOrderRecord } from '@/lib/orders/read'
import { idPatterns } from '@/lib/patterns'
import { adminActions } from '@/lib/permissions'
import { ok, type Result, refused } from '@/lib/result'
import { type Control, controlSale } from '@/lib/sales/control'
import { discardDraft, draftSale } from '@/lib/sales/draft'
import { draftSchema } from '@/lib/sales/draft-schema'
import { findSaleOverview } from '@/lib/sales/overview'
import { publishSale } from '@/lib/sales/publish'
import { actorOf, mountAdminAction } from '@/lib/web/admin'

/** The page reads again what has changed. */
const done = <T>(result: Result<T>): Result<null> => (result.ok ? ok(null) : result)

const accountId = z.string().regex(idPatterns.account)
const newAccount = z.object({
  email: accountEmailSchema,
  name: accountNameSchema,
  password: passwordSchema,
})

const itemField = /^items\.(\d{1,2})\.(?:(product)\.)?(\w{1,20})$/

/** Fields named `items.0.price` or `items.0.product.title` as the list that they are of. */
function withItems(fields: unknown): unknown {
  const rows: Record<string, unknown>[] = []
  for (const [name, value] of Object.entries(fields as Record<string, unknown>)) {
    const [, at, product, field = ''] = itemField.exec(name) ?? []
    if (at === undefined) continue
    const row = rows[Number(at)] ?? {}
    rows[Number(at)] = row
    if (product) row.product = { ...(row.product as object), [field]: value }
    else row[field] = value
  }
  return { ...(fields as object), items: rows.filter((row) => row !== undefined) }
}

const saleOnly = z.object({ saleId: z.string().regex(idPatterns.sale) })

export const createSaleAction = mountAdminAction({
  name: 'createSaleAction',
  permission: adminActions.createSaleAction,
  input: z.preprocess(withItems, draftSchema),
  run: (ctx, draft, account) => draftSale(ctx, draft, actorOf(account)),
})

export const publishAction = mountAdminAction({
  name: 'publishAction',
  permission: adminActions.publishAction,
  input: saleOnly,
  run: async (ctx, { saleId }, account) => {
    const sale = await findSaleOverview(ctx, saleId)
    if (!sale) return refused('not_found')
    if (sale.closesAt.getTime() <= Date.now()) return refused('closed')
    return (await publishSale(ctx, saleId, actorOf(account))) ? ok(null) : refused('changed_meanwhile')
  },
})

export const discardAction = mountAdminAction({
  name: 'discardAction',
  permission: adminActions.discardAction,
  input: saleOnly,
  run: (ctx, { saleId }, account) => discardDraft(ctx, saleId, actorOf(account)),
})

const reasonSchema = z.string().trim().min(3, 'says why, in a few words').max(500, 'is too long')

const controlInput = z.object({
  saleId: z.string().regex(idPatterns.sale),
  reason: reasonSchema,
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

export const cancelUnpaidAction = mountAdminAction({
  name: 'cancelUnpaidAction',
  permission: adminActions.cancelUnpaidAction,
  input: z.object({ orderId: z.string().regex(idPatterns.order), reason: reasonSchema }),
  run: async (ctx, { orderId, reason }, account) => {
    const order = await findOrderRecord(ctx, orderId)
    if (!order) return refused('not_found')
    return (await cancelOrder(ctx, order, { actor: actorOf(account), reason }))
      ? ok(null)
      : refused('not_payable')
  },
})

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
