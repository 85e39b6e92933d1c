import { setTimeout as sleep } from 'node:timers/promises'
import { eq } from 'drizzle-orm'
import { events } from '../../db/sandbox-schema'
import type { Context } from '../../lib/context'
import { newBuyerId } from '../../lib/id'
import type { Connection } from './connection'
import { bare, http, json } from './requests'
import { type BenchSale, checkout, payingCard } from './sales'

/** A purchase whose outcome is not there by then counts as failed. */
const giveUpMs = 10_000

type Reply = { status: number; value: Record<string, unknown> }

async function ask(connection: Connection, request: string): Promise<Reply> {
  const { status, body } = await connection.send(request)
  return { status, value: JSON.parse(body.toString()) as Record<string, unknown> }
}

/**
 * One whole purchase of a buyer who was never here before: session, reserve, order, pay, and the order as the ledger
 * has it. True when that says `paid`. Five requests, more only if an answer was "not yet".
 */
export const purchase =
  (sale: BenchSale) =>
  async (connection: Connection): Promise<boolean> => {
    const session = await ask(connection, http({ method: 'POST', path: '/api/v1/session', body: '' }))
    const token = String(session.value.token)
    // A mailbox for each: one of them all would be one contact, and one row that every order waits for.
    const email = `${session.value.buyerId}@example.com`
    const send = (method: string, path: string, body: unknown, more?: Record<string, string>) =>
      ask(connection, json(method, path, token, body, more))

    const cart = await send('PUT', `${sale.api}/cart/items/${sale.itemId}`, { quantity: 1 })
    if (cart.status !== 200) return false
    const key = { 'Idempotency-Key': 'bench-key-1' }
    const placed = await send('POST', `${sale.api}/orders`, { ...checkout, email }, key)
    if (placed.status !== 201 && placed.status !== 202) return false
    const path = `/api/v1/orders/${placed.value.id}`
    const read = () =>
      ask(connection, http({ method: 'GET', path, headers: { Authorization: `Bearer ${token}` } }))
    if (placed.status === 202 && !(await until(read, 'awaiting_payment'))) return false
    const paid = await send('POST', `${path}/payments`, { method: { card: payingCard } })
    return paid.status === 200 && until(read, 'paid')
  }

async function until(read: () => Promise<Reply>, state: string): Promise<boolean> {
  for (const giveUpAt = performance.now() + giveUpMs; performance.now() < giveUpAt; await sleep(20)) {
    const { status, value } = await read()
    if (status !== 200) return false
    if (value.state === state) return true
  }
  return false
}

/** The same purchase from the bare server. */
export const barePurchase =
  ({ saleId, itemId, record }: BenchSale) =>
  async (connection: Connection): Promise<boolean> => {
    const buyer = newBuyerId()
    const sale = { saleId, epoch: record.epochText }
    const send = (path: string, body: object) => ask(connection, bare(path, body))
    await send('/session', {})
    await send('/reserve', { ...sale, itemId, buyer, quantity: 1 })
    const placed = await send('/order', {
      ...sale,
      buyer,
      details: { ...checkout, email: `${buyer}@example.com` },
    })
    const { id: orderId } = placed.value.row as { id: string }
    await send('/pay', { orderId, card: payingCard })
    const read = await send('/read', { orderId })
    return read.status === 200 && read.value.state === 'paid'
  }

/** Waits until the provider has delivered everything it has to tell. */
export async function untilWebhooksDelivered(ctx: Context): Promise<void> {
  for (const giveUpAt = Date.now() + 60_000; Date.now() < giveUpAt; await sleep(100)) {
    if ((await ctx.db.$count(events, eq(events.delivered, false))) === 0) return
  }
  throw new Error('The webhooks of the purchases were not delivered within a minute.')
}
