import { config } from '../config'
import { createMemo } from '../memo'
import { ok, type Result, refused } from '../result'
import type { ApiRequest } from './api-request'

const jsonType = /^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i

/** One for all: making one costs more than using it. */
const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Reads a JSON body with its limits: media type, size, real UTF-8, depth. The body is cut off as soon as it is too
 * large, whatever its headers promised. A short one that came before gives the same value, frozen.
 */
export async function readJson(request: ApiRequest): Promise<Result<unknown>> {
  const type = request.headers.get('content-type') ?? ''
  if (type !== 'application/json' && !jsonType.test(type)) return refused('unsupported_media_type')
  const bytes = await readBytes(request)
  return bytes.ok ? parseLatin1(bytes.value.toString('latin1')) : bytes
}

/** Each byte as one letter: that is quick, and tells bodies apart as well as their bytes do. */
const parseLatin1 = createMemo({ most: 1_000, longest: 64 }, (letters): Result<unknown> => {
  try {
    const text = utf8.decode(Buffer.from(letters, 'latin1'))
    if (tooDeep(text)) return refused('invalid_input', { fields: { body: 'is nested too deeply' } })
    return ok(Object.freeze(JSON.parse(text) as unknown))
  } catch {
    return refused('invalid_input', { fields: { body: 'is not JSON in UTF-8' } })
  }
})

const { bodyLimitBytes } = config.http

/** The raw body, at most `bodyLimitBytes` of it. Refused: too_large. */
export const readBytes = (request: ApiRequest): Promise<Result<Buffer>> =>
  request.readBody ? request.readBody(bodyLimitBytes) : readChunks(request)

async function readChunks({ headers, body }: ApiRequest): Promise<Result<Buffer>> {
  if (Number(headers.get('content-length') ?? 0) > bodyLimitBytes) return refused('too_large')
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength
    if (size > bodyLimitBytes) return refused('too_large')
    chunks.push(chunk)
  }
  return ok(Buffer.concat(chunks))
}

/** Counts brackets outside strings before parsing: a deep body never reaches the parser or the schema. */
function tooDeep(text: string): boolean {
  let depth = 0
  let inString = false
  for (let i = 0; i < text.length; i++) {
    const c = text[i]
    if (inString) {
      if (c === '\\') i++
      else if (c === '"') inString = false
    } else if (c === '"') inString = true
    else if (c === '{' || c === '[') {
      if (++depth > config.http.maxJsonDepth) return true
    } else if (c === '}' || c === ']') depth--
  }
  return false
}
