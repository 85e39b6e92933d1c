import { z } from 'zod'
import { accounts } from '../../db/schema'
import { type Role, roles } from '../permissions'

/** Who is signed in. `stamp` goes up when what somebody was given at sign-in shall no longer count. */
export type Account = { id: string; email: string; name: string; role: Role; stamp: number }

export const accountColumns = {
  id: accounts.id,
  email: accounts.email,
  name: accounts.name,
  role: accounts.role,
  stamp: accounts.stamp,
}

export const accountEmailSchema = z
  .email('is an e-mail address')
  .max(254, 'is too long')
  .transform((email) => email.toLowerCase())
export const passwordSchema = z
  .string('is a password')
  .min(12, 'has 12 characters or more')
  .max(200, 'is too long')
export const accountNameSchema = z.string('is a name').trim().min(1, 'is a name').max(80, 'is too long')
export const roleSchema = z.enum(roles, 'is shopper, viewer, staff or owner')
