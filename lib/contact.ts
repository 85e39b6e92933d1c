import { createHmac } from 'node:crypto'
import { domainToUnicode } from 'node:url'

/** Mail hosts that ignore dots in front of the @, and the name that they go by. */
const dotless: Record<string, string> = { 'gmail.com': 'gmail.com', 'googlemail.com': 'gmail.com' }

/**
 * The mailbox behind an e-mail address, so that variants of one address count as one: capitals, compatibility forms,
 * what follows a plus sign, and dots where the host ignores them. A family that shares a mailbox is one contact.
 */
export function mailboxOf(email: string): string {
  const [local = '', host = ''] = split(email.normalize('NFKC').toLowerCase())
  const name = local.replace(/(?<=.)\+.*$/, '')
  const known = dotless[host]
  return known ? `${name.replaceAll('.', '')}@${known}` : `${name}@${host}`
}

function split(email: string): [local: string, host: string] {
  const at = email.lastIndexOf('@')
  return [email.slice(0, at), email.slice(at + 1)]
}

/**
 * What an order counts for beside its buyer, who has as many cookies as browsers (I6): a keyed hash of the mailbox, of
 * no use outside this sale.
 */
export const contactOf = (secret: string, saleId: string, email: string): string =>
  createHmac('sha256', secret)
    .update(`contact:${saleId}:${mailboxOf(email)}`)
    .digest('base64url')
    .slice(0, 22)

const scripts = [/\p{Script=Latin}/u, /\p{Script=Cyrillic}/u, /\p{Script=Greek}/u, /\p{Script=Armenian}/u]

/** Whether a label of the host mixes alphabets that look alike, as `gmаil` with a Cyrillic а does in its `xn--` form. */
export function isHostMixed(email: string): boolean {
  const [, host] = split(email)
  return domainToUnicode(host)
    .split('.')
    .some((label) => scripts.filter((script) => script.test(label)).length > 1)
}
