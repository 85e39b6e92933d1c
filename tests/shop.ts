import { randomBytes } from 'node:crypto'
import { eq } from 'drizzle-orm'
import postgres from 'postgres'
import { saleKeys } from '../db/keys'
import { orders, sales } from '../db/schema'
import type { Context } from '../lib/context'
import type { Checkout } from '../lib/contract'
import { checkEnv, type Env } from '../lib/env'
import { newBuyerId } from '../lib/id'
import { createContext } from '../lib/open-context'
import { findOrderRecord, type OrderRecord } from '../lib/orders/read'
import { createSale, type NewSale } from '../lib/sales/create'
import { publishSale } from '../lib/sales/publish'
import { readSales, type SaleRecord } from '../lib/sales/record'

export type Shop = Context & { databaseUrl: string; close(): Promise<void> }

const needed = (name: string) => {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: run the tests with \`npm test\`.`)
  return value
}

/** A ledger and a Redis of this test file's own, on the real stores of the test run. */
export async function openShop(overrides: Partial<Record<keyof Env, string>> = {}): Promise<Shop> {
  const name = `stampede_${randomBytes(6).toString('hex')}`
  const admin = postgres(needed('TEST_DATABASE_URL'), { max: 1, onnotice: () => {} })
  await admin.unsafe(`create database ${name} template stampede_template`)
  await admin.end()
  const database = new URL(needed('TEST_DATABASE_URL'))
  database.pathname = `/${name}`
  const redis = new URL(needed('TEST_REDIS_URL'))
  redis.pathname = `/${process.env.VITEST_POOL_ID ?? '1'}`
  const settings = checkEnv({
    NODE_ENV: 'test',
    STAMPEDE_DEMO: '1',
    DATABASE_URL: database.href,
    REDIS_URL: redis.href,
    LOG_LEVEL: 'silent',
    TRUSTED_NETWORKS: '127.0.0.0/8,::1/128',
    ...overrides,
  })
  return { ...createContext('test', settings), databaseUrl: database.href }
}

type Wish = Partial<NewSale> & {
  allocation?: number
  limit?: number
  priceMinor?: number
  /** One item for each number; overrides `allocation`. `items` override both. */
  allocations?: number[]
}

/** A sale of this test's own, published, with one item unless it asks for more. */
export async function mintSale(ctx: Context, wish: Wish = {}): Promise<SaleRecord> {
  const { allocation = 10, allocations = [allocation], limit = 10, priceMinor = 1990, ...rest } = wish
  const made = await createSale(ctx, {
    slug: `t-${randomBytes(8).toString('hex')}`,
    title: 'A sale',
    description: 'For a test.',
    opensAt: new Date(Date.now() - 60_000),
    closesAt: new Date(Date.now() + 3_600_000),
    currency: 'EUR',
    holdSeconds: 300,
    paySeconds: 600,
    extensions: 1,
    // What comes back is there at once, except in tests of its delay.
    returnMs: 0,
    items: allocations.map((units, i) => ({
      product: { title: `Thing ${i + 1}`, description: '', image: '/images/products/mug.svg', imageAlt: '' },
      variant: 'One size',
      listPriceMinor: null,
      priceMinor,
      allocation: units,
      limit,
    })),
    ...rest,
  })
  if (!made.ok) throw new Error('The test sale was refused.')
  await publishSale(ctx, made.value.saleId)
  return reload(ctx, made.value.saleId)
}

export async function reload(ctx: Context, saleId: string): Promise<SaleRecord> {
  const [sale] = await readSales(ctx, eq(sales.id, saleId))
  if (!sale) throw new Error('The sale is gone.')
  return sale
}

export const itemOf = (sale: SaleRecord, index = 0): string => {
  const item = sale.items[index]
  if (!item) throw new Error('The sale has no such item.')
  return item.id
}

export const newBuyers = (count: number): string[] => Array.from({ length: count }, newBuyerId)

export const checkout: Checkout = {
  email: 'ada@example.com',
  name: 'Ada Lovelace',
  line1: '12 St James’s Square',
  postalCode: 'SW1Y 4JH',
  city: 'London',
  country: 'GB',
}

/** The same from a mailbox of this buyer's own: a mailbox that several share is one contact. */
export const checkoutOf = (buyerId: string): Checkout => ({ ...checkout, email: `${buyerId}@example.com` })

export const cards = {
  pays: '4242424242424242',
  declined: '4000000000000002',
  asks: '4000000000003220',
  late: '4000000000000259',
}

export async function orderRecord(ctx: Context, orderId: string): Promise<OrderRecord> {
  const row = await findOrderRecord(ctx, orderId)
  if (!row) throw new Error('The ledger does not have this order.')
  return row
}

/** Makes a hold due, as if its deadline had passed `agoMs` ago. */
export async function makeHoldDue(ctx: Context, saleId: string, buyerId: string, agoMs = 1): Promise<void> {
  const { state, holds, due } = saleKeys(saleId)
  const [seconds] = (await ctx.redis.time()) as unknown as [string]
  const [pausedMs] = (await ctx.redis.hmget(state, 'pausedMs')) as unknown as [string]
  const deadline = Number(seconds) * 1000 - Number(pausedMs) - agoMs
  const json = String(await ctx.redis.hget(holds, buyerId))
  // In the text, because parsing would turn Lua's empty tables into something else.
  await ctx.redis.hset(holds, { [buyerId]: json.replace(/"deadline":[-+.e\d]+/, `"deadline":${deadline}`) })
  await ctx.redis.zadd(due, { score: deadline, member: buyerId })
}

/** Makes an order's payment overdue, as if its time had passed. */
export async function makeOverdue(ctx: Context, orderId: string): Promise<void> {
  await ctx.db
    .update(orders)
    .set({ payBy: new Date(0) })
    .where(eq(orders.id, orderId))
}

/** Asks until `check` answers something; the only clock is the bound, and running into it fails the test. */
export async function until<T>(
  what: string,
  check: () => Promise<T | undefined | false>,
  withinMs = 10_000,
): Promise<T> {
  const giveUpAt = performance.now() + withinMs
  for (;;) {
    const found = await check()
    if (found !== undefined && found !== false) return found
    if (performance.now() > giveUpAt) throw new Error(`Waited too long for: ${what}`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}
