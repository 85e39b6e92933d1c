/** What every answer of the shop carries, whoever makes it: Next (next.config.ts) or the API (api.ts). */
export const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'x-frame-options': 'DENY',
  'content-security-policy': "frame-ancestors 'none'; base-uri 'self'; object-src 'none'; form-action 'self'",
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
}
