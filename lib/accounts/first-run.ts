import { isSame, sign } from '../sign'

const tokenOf = (secret: string) => sign(secret, 'first owner of the shop')

/** Where the first owner is made: the start of a shop without one prints it. Good until there is an owner. */
export const firstRunUrl = (publicUrl: string, secret: string): string =>
  new URL(`/admin/first?token=${tokenOf(secret)}`, publicUrl).href

/** Whether this is the token of that address. */
export const isFirstRunToken = (secret: string, token: string): boolean => isSame(token, tokenOf(secret))
