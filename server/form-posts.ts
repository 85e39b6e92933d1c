import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { Env } from '../lib/env'
import { type Refused, refused } from '../lib/result'
import { isOwnOrigin } from '../lib/web/identity'
import { outdatedPage } from './outdated-page'

/** As `bodySizeLimit` in next.config.ts. */
const bodyLimitBytes = 64 * 1024

/** Everything that is posted outside of the API. */
export const isFormPost = (method: string | undefined, path: string) =>
  method === 'POST' && !path.startsWith('/api/')

/**
 * Why this can't be a post of one of our forms, which is all that a page takes by POST; undefined when it may be one.
 * Next would answer each of these with 500. A missing Origin is the action's to refuse.
 */
export function refusalOfPost(headers: IncomingHttpHeaders, settings: Env): Refused | undefined {
  if (headers.origin !== undefined && !isOwnOrigin(settings, headers.origin)) return refused('bad_origin')
  if (!/^multipart\/form-data\s*;\s*boundary=./i.test(headers['content-type'] ?? ''))
    return refused('unsupported_media_type')
  return Number(headers['content-length'] ?? 0) > bodyLimitBytes ? refused('too_large') : undefined
}

/**
 * Next-auth reads all of a body before it asks who sends it, and sends none itself without its length: longer ones, and
 * those that don't say, stay out.
 */
export const isTooLargeToSignIn = ({ method, headers }: IncomingMessage, path: string) =>
  method === 'POST' && path.startsWith('/api/auth/') && !(Number(headers['content-length']) <= bodyLimitBytes)

/**
 * Gives a post that Next could do nothing with an answer that says whose doing it was. A 500 without a page becomes 400:
 * our actions answer every fault themselves, so one that ends without a page was never run. A form of an older build,
 * posted without JavaScript, gets a page to read; with JavaScript the page itself says it (components/use-form-action.ts).
 * What it returns tells the status that was sent, which Next overwrites.
 */
export function explainFailedPosts(response: ServerResponse): () => number {
  let sent = 0
  const { req: request } = response
  const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => ServerResponse
  const end = response.end.bind(response) as (...args: unknown[]) => ServerResponse
  const isOutdated = () =>
    response.hasHeader('x-nextjs-action-not-found') && !('next-action' in request.headers)
  response.writeHead = (status: number, ...rest: unknown[]) => {
    if (isOutdated()) {
      response.setHeader('content-type', 'text/html; charset=utf-8')
      response.removeHeader('content-length')
    }
    const hasPage = String(response.getHeader('content-type') ?? '').startsWith('text/html')
    sent = status === 500 && !hasPage ? 400 : status
    // Nobody reads the rest of its body, which would stand before the next request on this connection.
    if (!request.complete) response.setHeader('connection', 'close')
    return writeHead(sent, ...rest)
  }
  response.end = ((...args: unknown[]) =>
    isOutdated() && !response.headersSent ? end(outdatedPage) : end(...args)) as typeof response.end
  return () => sent
}
