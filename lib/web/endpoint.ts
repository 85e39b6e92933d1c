import type { z } from 'zod'
import type { Context } from '../context'
import { type Refused, type Result, refused } from '../result'
import { check } from './check'
import { type Caller, isOwnOrigin } from './identity'
import { limiterOf } from './limiter'
import type { LimitName } from './limits'

/**
 * One thing that anybody can call, declared once and mounted twice: as a route of the HTTP API and as a server action.
 * Guards run in this order: origin, identity, input, limit, verb; where there is an `early` answer, it comes before the
 * signature of the identity is checked.
 */
export type Endpoint<Params, Body, Query, Out> = {
  name: string
  method: 'GET' | 'PUT' | 'POST' | 'DELETE'
  /** As in the OpenAPI document, under /api/v1. */
  path: string
  summary: string
  /** `buyer`: needs a known buyer. `anyone`: works without, and knows the buyer if there is one. */
  identity: 'buyer' | 'anyone'
  limit: LimitName | null
  params: z.ZodType<Params>
  body: z.ZodType<Body> | null
  query: z.ZodType<Query> | null
  /** The same for everybody: shared caches may keep it for a second. */
  isPublic?: true
  /** Request headers that the verb reads, by lower-case name. */
  headers?: readonly string[]
  output: z.ZodType<Out>
  /** An answer from process memory that is the same for everybody, and less work than checking a signature (sold through). */
  early?(ctx: Context, input: { params: Params; body: Body }): Refused | undefined
  run(ctx: Context, input: Input<Params, Body, Query>): Promise<Result<Out>>
  /** A cookie that an answer over HTTP sets. */
  cookie?(params: Params, value: Out): Cookie | undefined
  /** 200 unless this says otherwise. */
  status?(value: Out): number
}

export type Cookie = { name: string; value: string; maxAge: number }

export type Input<Params, Body, Query> = {
  caller: Caller
  /** Only with identity `buyer` sure to be there. */
  buyerId: string
  params: Params
  body: Body
  query: Query
  header(name: string): string | undefined
  cookie(name: string): string | undefined
}

/** Gives a declaration its types. */
export const defineEndpoint = <Params, Body = undefined, Query = undefined, Out = unknown>(
  endpoint: Endpoint<Params, Body, Query, Out>,
): Endpoint<Params, Body, Query, Out> => endpoint

export type RawInput = {
  params: unknown
  /** Read only once the guards let the caller through. */
  readBody(): Promise<Result<unknown>>
  query: unknown
  header(name: string): string | undefined
  cookie(name: string): string | undefined
}

/** Runs the guards of an endpoint in their order, then its verb. What both mounts do. Throws the verb's faults. */
export async function callEndpoint<Params, Body, Query, Out>(
  ctx: Context,
  endpoint: Endpoint<Params, Body, Query, Out>,
  caller: Caller,
  raw: RawInput,
): Promise<Result<Out>> {
  const changes = endpoint.method !== 'GET'
  if (changes && caller.via === 'cookie' && !isOwnOrigin(ctx.env, caller.origin)) return refused('bad_origin')
  const { early, identity } = endpoint
  const isCheckedNow = !early || caller.via === 'nobody'
  if (identity === 'buyer' && isCheckedNow && caller.buyerId === undefined) return refused('no_session')
  const params = check(endpoint.params, raw.params)
  if (!params.success) return refused('not_found')
  const read = endpoint.body ? await raw.readBody() : undefined
  if (read && !read.ok) return read
  const body = endpoint.body && check(endpoint.body, read?.value)
  if (body && !body.success) return refused('invalid_input', { fields: fieldsOf(body.error) })
  const query = endpoint.query?.safeParse(raw.query)
  if (query && !query.success) return refused('invalid_input', { fields: fieldsOf(query.error) })
  const known = early?.(ctx, { params: params.data, body: body?.data as Body })
  if (known) return known
  if (identity === 'buyer' && caller.buyerId === undefined) return refused('no_session')
  if (endpoint.limit) {
    const limited = await limiterOf(ctx)(endpoint.limit, { buyerId: caller.buyerId, address: caller.address })
    if (!limited.ok) return limited
  }
  return endpoint.run(ctx, {
    caller,
    buyerId: caller.buyerId ?? '',
    params: params.data,
    body: body?.data as Body,
    query: query?.data as Query,
    header: (name) => raw.header(name),
    cookie: (name) => raw.cookie(name),
  })
}

/** Which field is wrong and how, in the words of its schema. */
export function fieldsOf(error: z.ZodError): Record<string, string> {
  const fields: Record<string, string> = {}
  for (const issue of error.issues) {
    const unknown = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 10) : []
    for (const key of unknown) fields[[...issue.path, key].join('.').slice(0, 80)] = 'is not known here'
    if (unknown.length === 0) fields[issue.path.join('.').slice(0, 80) || 'body'] ??= issue.message
  }
  return fields
}
