import { readFileSync } from 'node:fs'
import { type Reason, refused } from '../../lib/result'
import { respond } from '../../lib/web/respond'

const template = new URL('../../deploy/nginx/stampede.conf.template', import.meta.url)

/** What deployments differ in. */
const defaults = {
  /** The address shoppers use, as the shop has it: https. */
  PUBLIC_URL: '',
  /** The shop's servers: host:port, separated by commas. */
  APP_SERVERS: '127.0.0.1:3000',
  TLS_CERTIFICATE: '/etc/ssl/stampede/fullchain.pem',
  TLS_KEY: '/etc/ssl/stampede/privkey.pem',
  LISTEN_HTTP: '80,[::]:80',
  LISTEN_HTTPS: '443,[::]:443',
  CACHE_DIR: '/var/lib/nginx/stampede',
  ACCESS_LOG: '/var/log/nginx/stampede.log',
  ERROR_LOG: '/var/log/nginx/stampede-error.log',
  /** Of one network, which may be an office full of shoppers; a page with all its parts is about 20 requests. */
  REQUESTS_PER_SECOND: '500',
  REQUEST_BURST: '2000',
  CONNECTIONS_PER_NETWORK: '500',
  SLOW_CLIENT_SECONDS: '10',
}

export type NginxSettings = Partial<typeof defaults>

/** A refusal of the shop as a string of nginx's. */
function said(reason: Reason): string {
  const { body } = respond(refused(reason))
  if (/['\\$]/.test(body)) throw new Error(`nginx could not say "${reason}" without escapes: ${body}`)
  return `'${body}'`
}

function checked(name: string, value: string): string {
  if (/^[\w.:/,[\]-]+$/.test(value)) return value
  throw new Error(`${name} should be a number, address or path without spaces, and is "${value}".`)
}

/** The nginx configuration for these settings. Throws an Error that names the one that is missing or wrong. */
export function renderNginx(given: Record<string, string | undefined>): string {
  const set = Object.entries(defaults).map(([name, usual]) => [name, checked(name, given[name] || usual)])
  const settings: typeof defaults = Object.fromEntries(set)
  const { protocol, hostname, host, origin } = new URL(settings.PUBLIC_URL)
  if (protocol !== 'https:') throw new Error('PUBLIC_URL should begin with https://.')
  const values: Record<string, string> = {
    ...settings,
    PUBLIC_URL: origin,
    PUBLIC_HOST: host,
    SERVER_NAME: hostname,
    TOO_LARGE: said('too_large'),
    TOO_MANY_REQUESTS: said('too_many_requests'),
    TRY_AGAIN: said('try_again'),
  }
  return readFileSync(template, 'utf8').replace(/^.*\$\{(\w+)\}.*$/gm, (line, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`Nothing is known about \${${name}}.`)
    const entries = /^(APP_SERVERS|LISTEN_\w+)$/.test(name) ? value.split(',') : [value]
    return entries.map((entry) => line.replace(`\${${name}}`, () => entry)).join('\n')
  })
}
