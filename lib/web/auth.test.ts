import { encode } from 'next-auth/jwt'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openShop, type Shop } from '../../tests/shop'
import { createAccount } from '../accounts/create'
import { config } from '../config'
import { accountOf, authOptions } from './auth'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.close())

test('a session is over after a working day, however often it was asked for, and with another stamp at once', async () => {
  const wish = {
    email: 'a@shop.example',
    name: 'A',
    password: 'long enough to be one',
    role: 'owner',
  } as const
  const made = await createAccount(shop, wish, { accountId: null, name: 'a test' })
  if (!made.ok) throw new Error(made.reason)
  const { id, stamp } = made.value
  const { secret } = authOptions(shop)
  const cookie = (token: object) => encode({ token: { sub: id, stamp, ...token }, secret: secret ?? '' })
  const ago = (hours: number) => Date.now() - hours * 3_600_000
  expect(await accountOf(shop, await cookie({ since: ago(0) }))).toEqual(made.value)
  expect(await accountOf(shop, await cookie({ since: ago(config.accounts.sessionHours) }))).toBeNull()
  expect(await accountOf(shop, await cookie({}))).toBeNull()
  expect(await accountOf(shop, await cookie({ since: ago(0), stamp: stamp + 1 }))).toBeNull()
  expect(await accountOf(shop, await cookie({ since: ago(0), sub: 'acc_0000000000000000' }))).toBeNull()
  const other = await encode({ token: { sub: id, stamp, since: ago(0) }, secret: 'another secret' })
  expect(await accountOf(shop, other)).toBeNull()
})
