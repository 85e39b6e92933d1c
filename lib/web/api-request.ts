import type { Result } from '../result'

/** What an endpoint needs of a request: a web-standard `Request` is one, and so is Node's own with a little around it. */
export type ApiRequest = {
  url: string
  headers: RequestHeaders
  /** Chunks of bytes, to be iterated over once. */
  body: object | null
  /** A faster way to the whole body where there is one, with the same limit. Refused: too_large. */
  readBody?(mostBytes: number): Promise<Result<Buffer>>
}

export type RequestHeaders = { get(name: string): string | null }
