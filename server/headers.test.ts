import { describe, expect, test } from 'vitest'
import type { Env } from '../lib/env'
import { checkEnv } from '../lib/env'
import { cleanHeaders, clientAddress, nameClient } from './headers'

const settings = (changes: Partial<Env> = {}): Env => ({
  ...checkEnv({ DATABASE_URL: 'postgres://localhost/x', REDIS_URL: 'redis://localhost' }),
  ...changes,
})

function cleaned(headers: Record<string, string>, changes: Partial<Env> = {}, peer = '192.0.2.9') {
  const copy: Record<string, string> = { ...headers }
  nameClient(copy, peer, settings(changes))
  cleanHeaders(copy, settings(changes))
  return copy
}

describe('the address of a client', () => {
  test('is the peer when no proxy is trusted, whatever the request claims', () => {
    expect(clientAddress('::ffff:192.0.2.9', '10.0.0.1, 127.0.0.1', 0)).toBe('192.0.2.9')
    expect(clientAddress('2001:db8::1', undefined, 0)).toBe('2001:db8::1')
  })

  test('is the n-th from the right behind n proxies, so that invented entries on the left gain nothing', () => {
    expect(clientAddress('10.0.0.1', '127.0.0.1, 198.51.100.7', 1)).toBe('198.51.100.7')
    expect(clientAddress('10.0.0.1', '127.0.0.1, 198.51.100.7, 10.0.0.2', 2)).toBe('198.51.100.7')
  })

  test('is the peer when the list is too short or holds no address', () => {
    expect(clientAddress('10.0.0.1', '198.51.100.7', 2)).toBe('10.0.0.1')
    expect(clientAddress('10.0.0.1', undefined, 1)).toBe('10.0.0.1')
    expect(clientAddress('10.0.0.1', 'unknown', 1)).toBe('10.0.0.1')
  })
})

describe('the headers a request is handed on with', () => {
  test('carry nothing that only Next or a proxy of ours may say', () => {
    const headers = cleaned({
      'x-middleware-subrequest': 'proxy:proxy:proxy',
      'next-resume': '1',
      'content-security-policy': "script-src 'nonce-guess'",
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-prefix': '/evil',
      'x-client-address': '127.0.0.1',
      'x-stampede-relay': 'guessed',
      cookie: 'buyer=1',
    })
    expect(Object.keys(headers).sort()).toEqual([
      'cookie',
      'host',
      'x-client-address',
      'x-forwarded-host',
      'x-forwarded-proto',
      'x-stampede-relay',
    ])
    expect(headers['x-client-address']).toBe('192.0.2.9')
  })

  test('name the shop as host, whatever Host and X-Forwarded-Host claimed, also behind a proxy', () => {
    const forged = { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' }
    const headers = cleaned(forged, { PUBLIC_URL: 'https://shop.example', TRUSTED_PROXY_HOPS: 1 })
    expect(headers).toMatchObject({ host: 'shop.example', 'x-forwarded-host': 'shop.example' })
    expect(headers['x-forwarded-proto']).toBe('https')
  })

  test('let both names of the loopback address pass the check that Next makes, and no other origin', () => {
    const hostFor = (origin: string) => cleaned({ host: '127.0.0.1:3000', origin })['x-forwarded-host']
    expect(hostFor('http://127.0.0.1:3000')).toBe('127.0.0.1:3000')
    expect(hostFor('http://localhost:3000')).toBe('localhost:3000')
    expect(hostFor('http://evil.example')).toBe('localhost:3000')
    expect(hostFor('null')).toBe('localhost:3000')
  })

  test('keep the address of the shopper when Next calls this server itself', () => {
    const first = cleaned({}, {}, '198.51.100.7')
    expect(cleaned(first, {}, '127.0.0.1')['x-client-address']).toBe('198.51.100.7')
  })
})
