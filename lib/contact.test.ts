import { expect, test } from 'vitest'
import { checkout } from '../tests/shop'
import { contactOf, isHostMixed, mailboxOf } from './contact'
import { checkoutSchema } from './contract'

const mine = 'ada.lovelace@gmail.com'

test.each([
  'ADA.Lovelace@Gmail.com',
  'adalovelace@gmail.com',
  'a.d.a.lovelace+sale7@gmail.com',
  'ada.lovelace+@googlemail.com',
])('%s is the mailbox of ada.lovelace@gmail.com (attack 31)', (email) => {
  expect(mailboxOf(email)).toBe(mailboxOf(mine))
})

test('plus tags and capitals fold everywhere, dots only where the host ignores them', () => {
  expect(mailboxOf('Ada+1@Example.com')).toBe('ada@example.com')
  expect(mailboxOf('ada.lovelace@example.com')).not.toBe(mailboxOf('adalovelace@example.com'))
  expect(mailboxOf('ada@example.com')).not.toBe(mailboxOf('ada@example.org'))
  // A name of nothing but a tag is a name.
  expect(mailboxOf('+ada@example.com')).toBe('+ada@example.com')
})

test('letters that only look like Latin ones are refused before anybody counts them (attack 31)', () => {
  const accepts = (email: string) => checkoutSchema.safeParse({ ...checkout, email }).success
  expect(accepts('ada@example.com')).toBe(true)
  for (const email of [
    'аda@example.com', // Cyrillic а
    'ad\u0251@example.com', // Latin alpha
    'ada@exаmple.com',
    'ａｄａ@example.com', // full width
    'ada＠example.com',
    'a\u200Bda@example.com', // zero width space
    'a\u0301da@example.com', // combining accent
  ]) {
    expect(accepts(email), email).toBe(false)
  }
})

test('a host that mixes alphabets is told from one that is written in one of them (attack 31)', () => {
  expect(isHostMixed('ada@xn--gmil-63d.com')).toBe(true) // gmаil with a Cyrillic а
  expect(isHostMixed('ada@xn--80aaxgrjn.com')).toBe(false)
  expect(isHostMixed('ada@xn--mnchen-3ya.example')).toBe(false)
  expect(isHostMixed(mine)).toBe(false)
})

test('what the ledger keeps of a mailbox says nothing about it, and differs from sale to sale', () => {
  const contact = contactOf('a secret', 'sal_1', mine)
  expect(contact).toMatch(/^[\w-]{22}$/)
  expect(contactOf('a secret', 'sal_1', mine.toUpperCase())).toBe(contact)
  expect(contactOf('a secret', 'sal_2', mine)).not.toBe(contact)
  expect(contactOf('another', 'sal_1', mine)).not.toBe(contact)
})
