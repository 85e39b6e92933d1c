import { existsSync, readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildFolder } from '../lib/env'
import { listKeptBuilds } from './kept-builds'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Whatever else a build holds below `static` is Next's own business. */
const types: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'application/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

/** As Next names them. No `..`, and nothing that has to be decoded. */
const named = /^\/_next\/(static(?:\/[\w~-][\w.~-]*)+)$/

/**
 * Answers requests for files of another build: of a page that was open during an update, or that another process has just
 * sent while one after the other is replaced. Their names follow from their content. False: not such a request.
 */
export function answerOlderAsset(request: IncomingMessage, response: ServerResponse, path: string): boolean {
  const file = named.exec(path)?.[1]
  const type = file && types[extname(file)]
  if (!type || (request.method !== 'GET' && request.method !== 'HEAD')) return false
  if (existsSync(join(root, buildFolder(), file))) return false
  const holder = listKeptBuilds().find((folder) => existsSync(join(root, folder, file)))
  if (!holder) return false
  const body = readFileSync(join(root, holder, file))
  response.writeHead(200, {
    'content-type': type,
    'content-length': body.length,
    'cache-control': 'public, max-age=31536000, immutable',
  })
  response.end(request.method === 'HEAD' ? undefined : body)
  return true
}
