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
