/** What every answer carries, whoever makes it: this server, or Next alone (next.config.ts). */
export const securityHeaders = (publicUrl: string): Record<string, string> => ({
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'x-frame-options': 'DENY',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  'cross-origin-opener-policy': 'same-origin',
  ...(isHttps(publicUrl) && { 'strict-transport-security': 'max-age=31536000' }),
})

/** For what is no page: should a browser be made to show it as one, it loads and runs nothing. */
export const dataPolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/**
 * For a page that may run the shop's own files and what `inlineScripts` lists: hashes. Attributes may carry styles,
 * because images and meters of static HTML do. `captcha` names the hosts of a CAPTCHA, on every page: whoever walks on
 * to the one that shows it keeps the policy of the page they came in by.
 */
export const pagePolicy = (publicUrl: string, inlineScripts: string[], captcha: string[] = []): string =>
  [
    "default-src 'self'",
    ["script-src 'self'", ...inlineScripts, ...captcha].join(' '),
    ["style-src 'self'", ...captcha].join(' '),
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    ["connect-src 'self'", ...captcha].join(' '),
    `frame-src ${captcha.length > 0 ? captcha.join(' ') : "'none'"}`,
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    ...(isHttps(publicUrl) ? ['upgrade-insecure-requests'] : []),
  ].join('; ')

/**
 * For pages that Next sends by itself, where nobody can hash what they contain: an inline script that somebody managed
 * to put there would run. Development also evaluates code and writes styles into the page.
 */
export const looserPolicy = (publicUrl: string, dev: boolean, captcha: string[] = []): string =>
  pagePolicy(publicUrl, ["'unsafe-inline'", ...(dev ? ["'unsafe-eval'"] : [])], captcha).replace(
    "style-src 'self'",
    dev ? "style-src 'self' 'unsafe-inline'" : "style-src 'self'",
  )

const isHttps = (url: string) => url.startsWith('https://')
