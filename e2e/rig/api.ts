import { randomUUID } from 'node:crypto'
import { expect } from '@playwright/test'
import { problemSchema } from '../../lib/contract'
import { messages } from '../../lib/messages'
import type { Reason } from '../../lib/result'
import type { SaleRecord } from '../../lib/sales/record'
import { newBuyer } from '../../lib/web/identity'
import { cards, checkoutOf, itemOf } from '../../tests/shop'
import { type Answer, type Call, call, type Send } from './call'
import { test as base } from './test'

export type Buyer = ReturnType<typeof buyerOf>

/** A client of the API with a bearer token of its own. */
export function buyerOf(request: Send, { buyerId, token }: { buyerId: string; token: string }) {
  const send = (method: string, path: string, options: Call = {}): Promise<Answer> =>
    request(`/api/v1${path}`, {
      ...options,
      method,
      headers: { authorization: `Bearer ${token}`, ...options.headers },
    })
  return {
    buyerId,
    token,
    /** What a browser of this buyer sends. */
    cookie: `buyer=${token}`,
    send,
    reserve: (sale: SaleRecord, quantity: unknown, item = 0) =>
      send('PUT', `/sales/${sale.slug}/cart/items/${itemOf(sale, item)}`, { json: { quantity } }),
    cart: (sale: SaleRecord) => send('GET', `/sales/${sale.slug}/cart`),
    release: (sale: SaleRecord) => send('DELETE', `/sales/${sale.slug}/cart`),
    extend: (sale: SaleRecord) => send('POST', `/sales/${sale.slug}/cart/extension`),
    order: (sale: SaleRecord, key: string = randomUUID(), details: object = checkoutOf(buyerId)) =>
      send('POST', `/sales/${sale.slug}/orders`, { headers: { 'idempotency-key': key }, json: details }),
    read: (orderId: string) => send('GET', `/orders/${orderId}`),
    pay: (orderId: string, card: unknown = cards.pays) =>
      send('POST', `/orders/${orderId}/payments`, { json: { method: { card } } }),
    confirm: (orderId: string) => send('POST', `/orders/${orderId}/payments/confirmation`),
    cancel: (orderId: string) => send('DELETE', `/orders/${orderId}`),
  }
}

type Fixtures = {
  /** A new buyer. */
  newBuyer: () => Buyer
  /** Anybody, with nothing but what the call says; the path is the whole path. */
  anyone: Send
}

export const test = base.extend<Fixtures>({
  async newBuyer({ anyone, settings }, use) {
    await use(() => buyerOf(anyone, newBuyer(settings.APP_SECRET)))
  },
  async anyone({ baseURL }, use) {
    await use((path, options) => call(baseURL ?? '', path, options))
  },
})

export type Anyone = Fixtures['anyone']

/** What the router of a page gets: it is sent on to an address of its own first. */
export async function fetched(
  anyone: Anyone,
  path: string,
  headers: Record<string, string>,
): Promise<Answer> {
  const answer = await anyone(path, { headers })
  const own = answer.headers.location ?? ''
  return answer.status === 307 && /[?&]_rsc\b/.test(own) ? anyone(own, { headers }) : answer
}

/** Traces of the inside: stack frames, drivers, SQL, Redis, file names. */
export const inside =
  /\bat \S+ \(|node_modules|\.tsx?\b|postgres|ioredis|upstash|EVALSHA|\bselect .* from\b|SQLSTATE|\{sale:/i

/** A typed refusal: the right status, a problem document with its sentence, kept by no cache, nothing leaked. */
export function expectRefused(answer: Answer, reason: Reason, fields?: string[]): void {
  const said = problemSchema.safeParse(answer.json)
  expect({ status: answer.status, reason: said.data?.reason }, answer.text.slice(0, 300)).toEqual({
    status: messages[reason].status,
    reason,
  })
  expect(said.data).toMatchObject({ status: answer.status, title: messages[reason].sentence })
  expect(answer.headers['content-type']).toBe('application/problem+json')
  expect(answer.headers['cache-control']).toBe('no-store')
  expect(answer.text).not.toMatch(inside)
  if (answer.status === 429 || answer.status === 503)
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
  if (fields) expect(Object.keys(said.data?.fields ?? {}).sort()).toEqual(fields.toSorted())
}

/** The body of a successful answer, which has exactly the declared shape. */
export function granted<T>(answer: Answer, schema: { parse(value: unknown): T }, status = 200): T {
  expect(answer.status, answer.text.slice(0, 300)).toBe(status)
  const value = schema.parse(answer.json)
  expect(answer.json, 'nothing is sent that is not declared').toEqual(value)
  return value
}
