import { expect, test } from 'vitest'
import { looserPolicy, pagePolicy, securityHeaders } from './security-headers'

test('only a shop on https asks browsers to come by https', () => {
  const https = 'https://shop.example'
  const http = 'http://localhost:3000'
  expect(securityHeaders(https)).toHaveProperty('strict-transport-security')
  expect(pagePolicy(https, [])).toMatch(/; upgrade-insecure-requests$/)
  expect(securityHeaders(http)).not.toHaveProperty('strict-transport-security')
  expect(pagePolicy(http, [])).not.toContain('upgrade-insecure-requests')
})

test('Next alone evaluates no code in production and loads nothing of other hosts', () => {
  const policy = looserPolicy('https://shop.example', false)
  expect(policy).toContain("script-src 'self' 'unsafe-inline';")
  expect(policy).not.toContain('unsafe-eval')
  expect(policy).toContain("default-src 'self'")
})

test('only a shop that uses a CAPTCHA of others lets its pages load it, and nothing else of them', () => {
  const hosts = ['https://hcaptcha.com', 'https://*.hcaptcha.com']
  const http = 'http://localhost:3000'
  const without = pagePolicy(http, ["'sha256-x'"])
  const policy = pagePolicy(http, ["'sha256-x'"], hosts)
  expect(without).not.toContain('hcaptcha')
  expect(without).toContain("frame-src 'none';")
  const changed = policy.split('; ').filter((directive) => !without.split('; ').includes(directive))
  expect(changed).toEqual([
    `script-src 'self' 'sha256-x' ${hosts.join(' ')}`,
    `style-src 'self' ${hosts.join(' ')}`,
    `connect-src 'self' ${hosts.join(' ')}`,
    `frame-src ${hosts.join(' ')}`,
  ])
  for (const dev of [true, false]) {
    expect(looserPolicy(http, dev, hosts)).toMatch(
      /script-src 'self' 'unsafe-inline'.* https:\/\/hcaptcha.com/,
    )
    expect(looserPolicy(http, dev, hosts)).toMatch(/style-src 'self'.* https:\/\/hcaptcha.com/)
  }
})
