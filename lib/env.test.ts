import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { captchaHosts, checkEnv } from './env'

const complete = {
  NODE_ENV: 'production',
  STAMPEDE_DEMO: '1',
  PUBLIC_URL: 'https://shop.example',
  DATABASE_URL: 'postgres://user:password@db:5432/stampede',
  REDIS_URL: 'redis://:password@redis:6379',
  APP_SECRET: 'a'.repeat(44),
  SANDBOX_WEBHOOK_SECRET: 'b'.repeat(44),
}

test('a complete environment is accepted, and an empty variable counts as absent', () => {
  expect(checkEnv({ ...complete, PORT: '' })).toMatchObject({ PORT: 3000, PAYMENT_PROVIDER: 'sandbox' })
})

test.each([
  ['DATABASE_URL', undefined, 'PostgreSQL address'],
  ['DATABASE_URL', 'mysql://x', 'PostgreSQL address'],
  ['REDIS_URL', undefined, 'UPSTASH_REDIS_REST_URL'],
  ['REDIS_URL', 'http://x', 'Redis address'],
  ['APP_SECRET', undefined, '32 characters'],
  ['APP_SECRET', 'short', '32 characters'],
  ['SANDBOX_WEBHOOK_SECRET', 'short', '32 characters'],
  ['PORT', 'eighty', 'port number'],
  ['PORT', '70000', 'port number'],
  ['PUBLIC_URL', 'shop', 'address shoppers use'],
  ['NODE_ENV', 'prod', 'production, development or test'],
  ['PAYMENT_PROVIDER', 'paypal', 'payment provider'],
  ['TRUSTED_PROXY_HOPS', '-1', 'how many proxies'],
  ['LOG_LEVEL', 'loud', 'fatal, error'],
])('%s = %s stops the start with its name and what it should hold', (name, value, told) => {
  const start = () => checkEnv({ ...complete, [name]: value })
  expect(start).toThrow(name)
  expect(start).toThrow(told)
})

test('production without the demo flag refuses the sandbox provider and default secrets, by name', () => {
  const real = { ...complete, STAMPEDE_DEMO: '0', APP_SECRET: 'development-only-secret-do-not-deploy' }
  expect(() => checkEnv(real)).toThrow('PAYMENT_PROVIDER')
  expect(() => checkEnv(real)).toThrow('APP_SECRET')
})

test.each([
  ['missing', undefined],
  ['too short', 'YWJj'],
])('production without the demo flag refuses a key of server actions that is %s', (_, key) => {
  const start = () => checkEnv({ ...complete, STAMPEDE_DEMO: '0', NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: key })
  expect(start).toThrow('NEXT_SERVER_ACTIONS_ENCRYPTION_KEY')
})

test('a key of server actions of 32 bytes is accepted, and a demo needs none', () => {
  const key = Buffer.alloc(32, 'k').toString('base64')
  const start = () => checkEnv({ ...complete, STAMPEDE_DEMO: '0', NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: key })
  expect(start, 'something else is missing').toThrow('PAYMENT_PROVIDER')
  expect(start).not.toThrow('NEXT_SERVER_ACTIONS_ENCRYPTION_KEY')
  expect(() => checkEnv(complete)).not.toThrow()
})

const hcaptcha = {
  HCAPTCHA_SITE_KEY: '5a5e1a11-0000-4000-8000-00000000c0de',
  HCAPTCHA_SECRET: 'ES_0123456789abcdef',
}
const complaintsOf = (source: Record<string, string>) => {
  try {
    checkEnv(source)
    return ''
  } catch (error) {
    return String(error)
  }
}

test('attack 11: production without the demo flag takes keys of hCaptcha, and neither its test keys nor plain http', () => {
  const real: Record<string, string> = { ...complete, STAMPEDE_DEMO: '0', ...hcaptcha }
  expect(complaintsOf(real), 'something else is missing').toContain('PAYMENT_PROVIDER')
  expect(complaintsOf(real)).not.toContain('HCAPTCHA')
  for (const [name, value] of [
    ['HCAPTCHA_SITE_KEY', '10000000-ffff-ffff-ffff-000000000001'],
    ['HCAPTCHA_SITE_KEY', '20000000-FFFF-FFFF-FFFF-000000000002'],
    ['HCAPTCHA_SITE_KEY', '30000000-ffff-ffff-ffff-000000000003'],
    ['HCAPTCHA_SECRET', '0x0000000000000000000000000000000000000000'],
    ['HCAPTCHA_API_URL', 'http://api.hcaptcha.com'],
    ['HCAPTCHA_SCRIPT_URL', 'http://js.hcaptcha.com/1/api.js'],
    ['CAPTCHA_COST', '999'],
  ] as const) {
    expect(complaintsOf({ ...real, [name]: value }), `${name}=${value}`).toContain(name)
    expect(complaintsOf({ ...complete, ...hcaptcha, [name]: value }), 'a demo may').toBe('')
  }
})

test('one key of hCaptcha without the other stops every start', () => {
  const { HCAPTCHA_SITE_KEY, HCAPTCHA_SECRET } = hcaptcha
  expect(complaintsOf({ ...complete, HCAPTCHA_SITE_KEY })).toContain('HCAPTCHA_SECRET should be set too')
  expect(complaintsOf({ ...complete, HCAPTCHA_SECRET })).toContain('HCAPTCHA_SITE_KEY should be set too')
})

test('pages load a CAPTCHA from nowhere without keys, and then from where hCaptcha says, or where its script is kept', () => {
  const documented = ['https://hcaptcha.com', 'https://*.hcaptcha.com']
  expect(captchaHosts(checkEnv(complete))).toEqual([])
  expect(captchaHosts(checkEnv({ ...complete, ...hcaptcha }))).toEqual(documented)
  const kept = { ...complete, ...hcaptcha, HCAPTCHA_SCRIPT_URL: 'https://captcha.shop.example/api.js' }
  expect(captchaHosts(checkEnv(kept))).toEqual([...documented, 'https://captcha.shop.example'])
})

test('no secret stands in a complaint', () => {
  const secret = 'hunter2hunter2'
  const start = () => checkEnv({ ...complete, APP_SECRET: secret, DATABASE_URL: `mysql://${secret}` })
  expect(start).toThrow('APP_SECRET')
  expect(start).not.toThrow(secret)
})

test('Upstash needs its token', () => {
  const upstash = { ...complete, REDIS_URL: undefined, UPSTASH_REDIS_REST_URL: 'https://x.upstash.io' }
  expect(() => checkEnv(upstash)).toThrow('UPSTASH_REDIS_REST_TOKEN')
  expect(checkEnv({ ...upstash, UPSTASH_REDIS_REST_TOKEN: 't' }).UPSTASH_REDIS_REST_TOKEN).toBe('t')
})

test('.env.example names every variable the shop reads', () => {
  const example = readFileSync(new URL('../.env.example', import.meta.url), 'utf8')
  const named = [...example.matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name)
  const known = Object.keys(
    checkEnv({
      ...{ ...complete, UPSTASH_REDIS_REST_URL: 'https://x', UPSTASH_REDIS_REST_TOKEN: 't' },
      ...{ HCAPTCHA_SITE_KEY: 'x', HCAPTCHA_SECRET: 'y' },
    }),
  )
  expect(named).toEqual(expect.arrayContaining(known))
})
