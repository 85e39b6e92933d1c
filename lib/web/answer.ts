import type { Context } from '../context'
import type { ApiRequest } from './api-request'
import { callEndpoint, type Endpoint, type RawInput } from './endpoint'
import { refusalFor } from './faults'
import { callerOf, cookieText, readCookie } from './identity'
import { readJson } from './read-json'
import { forEverybody, type Reply, respond } from './respond'

/** Answers an API request with the declared endpoint. Knows nothing of Next. */
export async function answer<Params, Body, Query, Out>(
  ctx: Context,
  endpoint: Endpoint<Params, Body, Query, Out>,
  request: ApiRequest,
  params: Record<string, string | string[] | undefined>,
): Promise<Reply> {
  try {
    const caller = callerOf(ctx.env, request.headers)
    const query = endpoint.query && Object.fromEntries(new URL(request.url).searchParams)
    const result = await callEndpoint(ctx, endpoint, caller, new Sent(request, params, query))
    const reply = respond(result, endpoint.status)
    if (!result.ok) return reply
    if (endpoint.isPublic) Object.assign(reply.headers, forEverybody)
    const cookie = endpoint.cookie?.(endpoint.params.parse(params), result.value)
    if (cookie) reply.headers['set-cookie'] = cookieText(ctx.env, cookie)
    return reply
  } catch (error) {
    return respond(refusalFor(ctx, endpoint.name, error))
  }
}

class Sent implements RawInput {
  constructor(
    private readonly request: ApiRequest,
    readonly params: unknown,
    readonly query: unknown,
  ) {}

  readBody() {
    return readJson(this.request)
  }

  header(name: string) {
    return this.request.headers.get(name) ?? undefined
  }

  cookie(name: string) {
    return readCookie(this.request.headers, name)
  }
}
