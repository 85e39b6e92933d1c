import { z } from 'zod'
import { liveSchema, problemSchema, sessionSchema, slugSchema } from '../contract'
import { messages } from '../messages'
import type { Endpoint } from './endpoint'
import { extendEndpoint, readCartEndpoint, releaseEndpoint, reserveEndpoint } from './endpoints/carts'
import {
  cancelOrderEndpoint,
  confirmPaymentEndpoint,
  orderEndpoint,
  payEndpoint,
  readOrderEndpoint,
} from './endpoints/orders'
import { challengeEndpoint, proveEndpoint } from './endpoints/proofs'
import { admitEndpoint, joinEndpoint } from './endpoints/rooms'
import { listSalesEndpoint, readSaleEndpoint } from './endpoints/sales'

type Described = Pick<
  Endpoint<unknown, unknown, unknown, unknown>,
  'name' | 'method' | 'path' | 'summary' | 'identity' | 'params' | 'body' | 'query' | 'headers' | 'output'
>

const bare = { headers: [], body: null, query: null } as const

/** The calls that answer without a verb (from memory, or for the provider), described like the others. */
const others: Described[] = [
  {
    ...{ ...bare, name: 'createSession', method: 'POST', path: '/session', identity: 'anyone' },
    ...{
      summary: 'A signed anonymous identity, also as cookie',
      params: z.object({}),
      output: sessionSchema,
    },
  },
  {
    ...{ ...bare, name: 'live', method: 'GET', path: '/sales/{slug}/live', identity: 'anyone' },
    ...{
      summary: 'Phase and counts, cacheable for a second',
      params: z.object({ slug: slugSchema }),
      output: liveSchema,
    },
  },
  {
    ...{ ...bare, name: 'webhook', method: 'POST', path: '/webhooks/{provider}', identity: 'anyone' },
    ...{
      summary: 'For payment providers, signed',
      params: z.object({ provider: z.string() }),
      output: z.null(),
    },
  },
]

const all: Described[] = [
  listSalesEndpoint,
  readSaleEndpoint,
  reserveEndpoint,
  readCartEndpoint,
  releaseEndpoint,
  extendEndpoint,
  orderEndpoint,
  readOrderEndpoint,
  cancelOrderEndpoint,
  payEndpoint,
  confirmPaymentEndpoint,
  challengeEndpoint,
  proveEndpoint,
  joinEndpoint,
  admitEndpoint,
  ...others,
]

const json = (schema: z.ZodType, io: 'input' | 'output') => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return rest
}

const parameter = (name: string, place: string, required: boolean, schema: object) => ({
  name,
  in: place,
  required,
  schema,
})

function operation(endpoint: Described) {
  const pathSchema = json(endpoint.params, 'input') as { properties?: Record<string, object> }
  const querySchema = endpoint.query
    ? (json(endpoint.query, 'input') as { properties?: Record<string, object> })
    : {}
  return {
    operationId: endpoint.name,
    summary: endpoint.summary,
    ...(endpoint.identity === 'buyer' ? { security: [{ bearer: [] }, { cookie: [] }] } : { security: [] }),
    parameters: [
      ...Object.entries(pathSchema.properties ?? {}).map(([name, schema]) =>
        parameter(name, 'path', true, schema),
      ),
      ...Object.entries(querySchema.properties ?? {}).map(([name, schema]) =>
        parameter(name, 'query', false, schema),
      ),
      ...(endpoint.headers ?? []).map((name) =>
        parameter(name, 'header', endpoint.name === 'order' && name === 'idempotency-key', {
          type: 'string',
        }),
      ),
    ],
    ...(endpoint.body
      ? {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: json(endpoint.body, 'input') } },
          },
        }
      : {}),
    responses: {
      '200': {
        description: 'Done',
        content: { 'application/json': { schema: json(endpoint.output, 'output') } },
      },
      ...(endpoint.name === 'order'
        ? {
            '201': {
              description: 'The ledger owns it',
              content: { 'application/json': { schema: json(endpoint.output, 'output') } },
            },
            '202': {
              description: 'It is being confirmed',
              content: { 'application/json': { schema: json(endpoint.output, 'output') } },
            },
          }
        : {}),
      default: { $ref: '#/components/responses/Problem' },
    },
  }
}

/** The OpenAPI 3.1 document of the HTTP API, generated from the schemas that check its requests. */
export function openApiDocument() {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const endpoint of all) {
    paths[endpoint.path] = { ...paths[endpoint.path], [endpoint.method.toLowerCase()]: operation(endpoint) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Stampede',
      version: '1',
      description: 'Money in minor units, times in UTC with milliseconds.',
    },
    servers: [{ url: '/api/v1' }],
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        cookie: { type: 'apiKey', in: 'cookie', name: 'buyer' },
      },
      responses: {
        Problem: {
          description: `Refused. Reasons: ${Object.entries(messages)
            .map(([reason, { status }]) => `${reason} (${status})`)
            .join(', ')}`,
          content: { 'application/problem+json': { schema: json(problemSchema, 'output') } },
        },
      },
    },
  }
}
