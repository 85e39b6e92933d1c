import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { forEverybody } from '../lib/web/respond'
import { failedPage } from './failed-page'
import { hashInlineScripts } from './inline-scripts'
import { dataPolicy, pagePolicy } from './security-headers'

/** Of static pages. They change each half a minute, and the hottest few take nearly all requests. */
const mostKnownPages = 200

type Page = { html: Buffer; policy: string; gzipped?: Buffer }

/** Finds out what to send with a page. For static ones, which have an ETag, once for each version. */
export function createPages(
  publicUrl: string,
  captcha: string[] = [],
): (html: Buffer, etag: unknown) => Page {
  const known = new Map<unknown, Page>()
  return (html, etag) => {
    const old = known.get(etag)
    // The ETag only finds it: two pages may happen to have the same one.
    if (old?.html.equals(html)) return old
    const page = { html, policy: pagePolicy(publicUrl, hashInlineScripts(html.toString()), captcha) }
    if (etag === undefined) return page
    if (known.size >= mostKnownPages) known.delete(known.keys().next().value)
    known.set(etag, page)
    return page
  }
}

/**
 * Whether the client takes gzip. Next is told that it does not: it would compress before the page could be read, and
 * a static one again for each request. Its own files, data and API answers it compresses as ever.
 */
export function takeGzip(headers: IncomingHttpHeaders, path: string): boolean {
  if (path.startsWith('/_next/') || path.startsWith('/api/') || headers.rsc !== undefined) return false
  const accepted = String(headers['accept-encoding'] ?? '')
  delete headers['accept-encoding']
  return /(^|[\s,])(gzip|\*)(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i.test(accepted)
}

type Untyped = (...args: unknown[]) => ServerResponse

/**
 * Sends pages whole, with a policy that lists the hashes of the inline scripts of the very bytes sent; all that is no
 * page goes through with a policy that allows nothing. A 304 and a HEAD come without: the policy that the browser has
 * stored with the page is the one that fits it.
 */
export function sendWholePages(
  request: IncomingMessage,
  response: ServerResponse,
  pages: ReturnType<typeof createPages>,
  gzip: boolean,
): void {
  const writeHead = response.writeHead.bind(response) as Untyped
  const write = response.write.bind(response) as (...args: unknown[]) => boolean
  const end = response.end.bind(response) as Untyped
  const flushHeaders = response.flushHeaders.bind(response)
  let held: Buffer[] | undefined

  function begin(status: number, headers: object): ServerResponse {
    // A page that failed half-way is given up for the answer that says so.
    if (held && !('content-type' in headers)) return response
    held = undefined
    response.statusCode = status
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    const isPage = String(response.getHeader('content-type') ?? '').startsWith('text/html')
    const isWithout = request.method === 'HEAD' || status === 304
    // What is not there now may be there in a second; and where Next has nothing to fetch in advance for a page that
    // exists, it says so for a year.
    const isKept = String(response.getHeader('cache-control')).includes('s-maxage')
    if (status >= 400 && isKept)
      response.setHeader('cache-control', isPage ? forEverybody['cache-control'] : 'no-store')
    if (isPage && !isWithout) {
      held = []
      return response
    }
    if (isWithout) response.removeHeader('content-security-policy')
    else response.setHeader('content-security-policy', dataPolicy)
    return writeHead(status)
  }

  /** By the name, so that whoever else wants to know when headers are sent, such as Next's compression, is told. */
  const beginOnce = () => {
    if (!held && !response.headersSent) response.writeHead(response.statusCode)
  }

  function send(given: Buffer, done: unknown): ServerResponse {
    const failed = response.statusCode === 404 ? undefined : failedPage(given)
    if (failed) {
      if (response.statusCode < 500) response.statusCode = 503
      response.setHeader('cache-control', 'no-store')
      response.setHeader('retry-after', '1')
      response.removeHeader('etag')
    }
    const html = failed ?? given
    const page = pages(html, response.getHeader('etag'))
    response.setHeader('content-security-policy', page.policy)
    let body = html
    if (gzip) {
      page.gzipped ??= gzipSync(html)
      body = page.gzipped
      response.setHeader('content-encoding', 'gzip')
    }
    response.setHeader('content-length', body.length)
    writeHead(response.statusCode)
    return end(body, done)
  }

  response.writeHead = (status: number, ...rest: unknown[]) => {
    const headers = rest.at(-1)
    return begin(status, typeof headers === 'object' && headers ? headers : {})
  }
  response.flushHeaders = () => {
    beginOnce()
    if (!held) flushHeaders()
  }
  response.write = ((...args: unknown[]) => {
    beginOnce()
    if (!held) return write(...args)
    held.push(bytes(args))
    const done = callback(args)
    if (done) process.nextTick(done)
    return true
  }) as typeof response.write
  response.end = ((...args: unknown[]) => {
    beginOnce()
    return held ? send(Buffer.concat([...held, bytes(args)]), callback(args)) : end(...args)
  }) as typeof response.end
}

const callback = (args: unknown[]) => args.find((each): each is () => void => typeof each === 'function')

function bytes([chunk, encoding]: unknown[]): Buffer {
  if (typeof chunk === 'string')
    return Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8')
  return chunk instanceof Uint8Array ? Buffer.from(chunk) : Buffer.alloc(0)
}
