import { expect, test } from 'vitest'
import { checkEnv } from '../env'
import { callerOf, isOwnOrigin, newBuyer, readToken } from './identity'

const settings = checkEnv({
  DATABASE_URL: 'postgres://x',
  REDIS_URL: 'redis://x',
  PUBLIC_URL: 'https://shop.example',
})
const secret = settings.APP_SECRET

test('I13: a token names the buyer it was signed for, and nobody else', () => {
  const { buyerId, token } = newBuyer(secret)
  const other = newBuyer(secret)
  expect(readToken(secret, token)).toBe(buyerId)
  expect(readToken(secret, `${other.buyerId}.${token.split('.')[1]}`)).toBeUndefined()
  expect(readToken('another secret of enough characters', token)).toBeUndefined()
  for (const forged of ['', '.', buyerId, `${buyerId}.`, `${token}x`, 'a.b.c']) {
    expect(readToken(secret, forged)).toBeUndefined()
  }
})

test('the bearer token wins over the cookie, and a forged one is nobody', () => {
  const [a, b] = [newBuyer(secret), newBuyer(secret)]
  const cookie = `theme=dark; buyer=${b.token}`
  const who = (headers: Record<string, string>) => callerOf(settings, new Headers({ cookie, ...headers }))
  expect(who({ authorization: `Bearer ${a.token}` })).toMatchObject({ buyerId: a.buyerId, via: 'bearer' })
  expect(who({ authorization: 'Bearer x' }).buyerId).toBeUndefined()
  expect(who({})).toMatchObject({ buyerId: b.buyerId, via: 'cookie' })
})

test.each([
  ['https://shop.example', true],
  ['https://shop.example.evil.example', false],
  ['http://shop.example', false],
  ['https://shop.example:8443', false],
  ['null', false],
  ['', false],
  [null, false],
])('origin %s: own = %s', (origin, own) => {
  expect(isOwnOrigin(settings, origin)).toBe(own)
})

test('a shop on this machine answers to each of its loopback names, on its own port only', () => {
  const local = { ...settings, PUBLIC_URL: 'http://localhost:3000' }
  expect(isOwnOrigin(local, 'http://127.0.0.1:3000')).toBe(true)
  expect(isOwnOrigin(local, 'http://[::1]:3000')).toBe(true)
  expect(isOwnOrigin(local, 'http://127.0.0.1:3001')).toBe(false)
})
