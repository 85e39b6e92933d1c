import { randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'
import { workerData } from 'node:worker_threads'
import type { Env } from '../lib/env'
import { isOwnOrigin } from '../lib/web/identity'

/** What a socket of a dual-stack server calls `::ffff:192.0.2.1` is the IPv4 address 192.0.2.1. */
const plain = (address: string) =>
  address.startsWith('::') ? address.replace(/^::ffff:(?=\d+\.)/i, '') : address

/**
 * The address a request came from. With n proxies of ours in front it is the n-th from the right of X-Forwarded-For:
 * what stands further left was written by whoever called. Fewer entries than proxies mean that the request went
 * around them: then it is the peer's.
 */
export function clientAddress(peer: string, forwardedFor: string | undefined, proxyHops: number): string {
  const entry = proxyHops > 0 ? forwardedFor?.split(',').at(-proxyHops)?.trim() : undefined
  return plain(entry && isIP(entry) > 0 ? entry : peer)
}

// Requests travel within this process: to the thread that makes the pages, and back when Next hands an action that
// belongs to another page on by calling the server itself, with the headers it was given. This mark, which nobody
// outside can know and both threads do, lets such a call keep the address of the shopper.
const relayHeader = 'x-stampede-relay'
export const relayMark: string =
  (workerData as { relayMark?: string } | null)?.relayMark ?? randomBytes(18).toString('base64url')

/** A call from within this process: whoever made it has been let in. */
export const isRelayed = (headers: IncomingHttpHeaders) => headers[relayHeader] === relayMark

/**
 * Headers with which Next's own parts talk to each other: from outside they have skipped checks and poisoned caches.
 * From a policy Next would take a nonce to write into the page.
 */
const internal =
  /^(x-middleware-|x-invoke-|x-now-|x-matched-path$|x-next-resume|next-resume|content-security-policy)/

/** Cookies of Next's drafts, which the shop has none of: it would answer them with cookies on pages that caches keep. */
const draftCookies = /\b__(prerender_bypass|next_preview_data)=[^;]*;?\s*/g

const addresses = new WeakMap<Env, URL>()

/** The shop's own address, which every request is held against. */
function addressOf(settings: Env): URL {
  const known = addresses.get(settings) ?? new URL(settings.PUBLIC_URL)
  addresses.set(settings, known)
  return known
}

/** Says in the headers of a request which address it came from, in place: only a proxy of ours has a say about that. */
export function nameClient(headers: IncomingHttpHeaders, peer: string, settings: Env): void {
  if (isRelayed(headers) && typeof headers['x-client-address'] === 'string') return
  headers['x-client-address'] = clientAddress(
    peer,
    joined(headers['x-forwarded-for']),
    settings.TRUSTED_PROXY_HOPS,
  )
}

/**
 * Makes the headers that Next gets trustworthy, in place: nothing that only its own parts or a proxy of ours may say, and
 * as host the shop's whatever the request claimed. Next compares an action's Origin with that host: for each of our own
 * origins it finds them equal, so that `isOwnOrigin` alone decides.
 */
export function cleanHeaders(headers: IncomingHttpHeaders, settings: Env): void {
  for (const name of Object.keys(headers)) {
    const fromProxy = name.startsWith('x-forwarded-') || name === 'forwarded'
    if (internal.test(name) || (fromProxy && settings.TRUSTED_PROXY_HOPS === 0)) delete headers[name]
  }
  if (headers.cookie) headers.cookie = headers.cookie.replace(draftCookies, '')
  headers[relayHeader] = relayMark

  const own = addressOf(settings)
  const { origin } = headers
  const host = origin && isOwnOrigin(settings, origin) ? new URL(origin).host : own.host
  headers.host = host
  headers['x-forwarded-host'] = host
  headers['x-forwarded-proto'] = own.protocol.slice(0, -1)
}

const joined = (value: string | string[] | undefined) => (Array.isArray(value) ? value.join(',') : value)
