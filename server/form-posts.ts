import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import type { Env } from '../lib/env'
import { type Refused, refused } from '../lib/result'
import { isOwnOrigin } from '../lib/web/identity'

/** As `bodySizeLimit` in next.config.ts. */
const bodyLimitBytes = 64 * 1024

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
 * Turns the 500 with which Next answers a post that it can't read into 400. Our actions answer every fault themselves,
 * so one that ends without a page was never run. What it returns tells the status that was sent, which Next overwrites.
 */
export function blameUnreadablePosts(response: ServerResponse): () => number {
  let sent = 0
  const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => ServerResponse
  response.writeHead = (status: number, ...rest: unknown[]) => {
    const hasPage = String(response.getHeader('content-type') ?? '').startsWith('text/html')
    sent = status === 500 && !hasPage ? 400 : status
    // Nobody reads the rest of its body, which would stand before the next request on this connection.
    if (!response.req.complete) response.setHeader('connection', 'close')
    return writeHead(sent, ...rest)
  }
  return () => sent
}
