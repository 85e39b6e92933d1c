import { createHash } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { runScript } from '../db/define-script'
import { claimGroup, saleKeys } from '../db/keys'
import { intents } from '../db/sandbox-schema'
import { payments } from '../db/schema'
import type { Context } from '../lib/context'
import type { Cart, Order, Payment } from '../lib/contract'
import { reserve } from '../lib/holds/reserve'
import { newBuyerId, orderIdFor } from '../lib/id'
import { type Entry, parseEntry } from '../lib/orders/entry'
import { order } from '../lib/orders/order'
import { orderScript } from '../lib/orders/order.lua'
import { confirmPayment, pay } from '../lib/payments/pay'
import type { Result } from '../lib/result'
import type { SaleRecord } from '../lib/sales/record'
import { proofArgs } from '../lib/units/proof'
import { cards, checkoutOf, itemOf, orderRecord, until } from './shop'

/** The value of a step that has to succeed: a refusal fails the test with its reason. */
export function granted<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`refused: ${result.reason}`)
  return result.value
}

/** What became of many attempts: how many were `ok`, and how many were refused for each reason. */
export function tallyOf(results: Result<unknown>[]): Record<string, number> {
  const tally: Record<string, number> = {}
  for (const result of results) {
    const outcome = result.ok ? 'ok' : result.reason
    tally[outcome] = (tally[outcome] ?? 0) + 1
  }
  return tally
}

type Wish = { buyerId?: string; quantity?: number; item?: number; key?: string }

/** A cart of a buyer. */
export async function hold(ctx: Context, sale: SaleRecord, wish: Wish = {}): Promise<Cart> {
  const { buyerId = newBuyerId(), quantity = 1, item = 0 } = wish
  return granted(await reserve(ctx, { sale, buyerId, itemId: itemOf(sale, item), quantity }))
}

/** Orders as a buyer does who is told that it is being confirmed: the same again, until the ledger has decided. */
export function decided(ctx: Context, request: Parameters<typeof order>[1]): Promise<Result<Order>> {
  return until(
    'the ledger to decide about an order',
    async () => {
      const made = await order(ctx, request)
      return (!made.ok || made.value.state !== 'confirming') && made
    },
    30_000,
  )
}

/** An order that the ledger has confirmed and that waits for payment. */
export async function placed(ctx: Context, sale: SaleRecord, wish: Wish = {}): Promise<Order & Buyer> {
  const { buyerId = newBuyerId(), key = 'key-00000001' } = wish
  await hold(ctx, sale, { ...wish, buyerId })
  const made = granted(
    await decided(ctx, { sale, buyerId, idempotencyKey: key, checkout: checkoutOf(buyerId) }),
  )
  if (made.state !== 'awaiting_payment') throw new Error(`The order is ${made.state}.`)
  return { ...made, buyerId }
}
type Buyer = { buyerId: string }

export async function payFor(ctx: Context, orderId: string, card = cards.pays): Promise<Payment> {
  return granted(await pay(ctx, { order: await orderRecord(ctx, orderId), card }))
}

export async function confirmFor(ctx: Context, orderId: string): Promise<Payment> {
  return granted(await confirmPayment(ctx, { order: await orderRecord(ctx, orderId) }))
}

/** A whole purchase. */
export async function bought(ctx: Context, sale: SaleRecord, wish: Wish = {}): Promise<Order & Buyer> {
  const made = await placed(ctx, sale, wish)
  const { state } = await payFor(ctx, made.id)
  if (state !== 'paid') throw new Error(`The payment is ${state}.`)
  return made
}

/** The server dies right after Redis queued an order: it is in the stream, and nobody claims it or answers its buyer. */
export async function queued(
  ctx: Context,
  sale: SaleRecord,
  wish: Wish = {},
): Promise<{ id: string } & Buyer> {
  const { buyerId = newBuyerId(), key = 'key-00000001' } = wish
  await hold(ctx, sale, { ...wish, buyerId })
  const id = orderIdFor(sale.id, buyerId, key)
  const typed = checkoutOf(buyerId)
  const details = JSON.stringify(typed, Object.keys(typed).sort())
  const body = createHash('sha256').update(details).digest('base64url')
  const reply = await runScript(ctx.redis, orderScript, saleKeys(sale.id), {
    ...{ epoch: sale.epochText, buyer: buyerId, order: id, body, details, ...proofArgs(undefined) },
  })
  if (reply.code !== 'queued') throw new Error(`refused: ${reply.code}`)
  return { id, buyerId }
}

/** A worker takes what is in the stream, and dies before it acknowledges anything. */
export async function takenEntries(ctx: Context, saleId: string): Promise<Entry[]> {
  const reply = (await ctx.redis.xreadgroup(claimGroup, 'dies', saleKeys(saleId).orders, '>', {
    count: 1_000,
  })) as [string, [string, string[]][]][] | null
  return (reply?.[0]?.[1] ?? []).map(([id, flat]) => {
    const fields = Object.fromEntries(flat.flatMap((name, i) => (i % 2 ? [] : [[name, flat[i + 1] ?? '']])))
    const entry = parseEntry(id, fields)
    if (!entry) throw new Error('The entry is unreadable.')
    return entry
  })
}

/** What the provider remembers of an order's payments, oldest first. */
export async function intentsOf(ctx: Context, orderId: string) {
  const rows = await ctx.db
    .select({ intent: intents })
    .from(intents)
    .innerJoin(payments, eq(payments.id, intents.key))
    .where(eq(payments.orderId, orderId))
    .orderBy(payments.createdAt)
  return rows.map(({ intent }) => intent)
}
