import { createHash } from 'node:crypto'
import { claimGroup, saleKeys } from '../../db/keys'
import { closeRedis, createRedis } from '../../db/redis'
import { type Checkout, checkoutSchema } from '../../lib/contract'
import { orderIdFor } from '../../lib/id'
import { type Memory, newMemory } from '../../lib/repairs/reconcile'
import type { SaleRecord } from '../../lib/sales/record'
import { startCuttingProxy } from '../cutting-proxy'
import { checkoutOf, mintSale, newBuyers, openShop, type Shop } from '../shop'
import { slowMs } from './admission'
import { at, contactOf, type Shape } from './state'

/** The real stores, and a second way to Redis on which replies can be cut. */
export type Ground = {
  shop: Shop
  /** The shop over the way that can be cut. */
  wired: Shop
  cutNextReply(count: number): void
  close(): Promise<void>
}

export async function openGround(): Promise<Ground> {
  const shop = await openShop()
  const url = new URL(shop.env.REDIS_URL ?? '')
  const proxy = await startCuttingProxy({ host: url.hostname, port: Number(url.port) })
  url.host = `127.0.0.1:${proxy.port}`
  const redis = createRedis({ redisUrl: url.href })
  return {
    shop,
    wired: { ...shop, redis },
    cutNextReply: proxy.cutNextReply,
    async close() {
      closeRedis(redis)
      await proxy.close()
      await shop.close()
    },
  }
}

/** One walk's sale with its real ids, and what its processes remember. */
export type World = {
  ground: Ground
  shop: Shop
  shape: Shape
  sale: SaleRecord
  keys: ReturnType<typeof saleKeys>
  buyers: string[]
  /** Ours, in the order in which the payments were begun. */
  payments: string[]
  memory: Memory
  /** Of holds: what the model calls them, and their real ids. */
  holds: Map<string, string>
}

export async function newWorld(ground: Ground, shape: Shape): Promise<World> {
  const { shop } = ground
  const { allocations, limit, extensions } = shape
  const returnMs = shape.isSlow ? slowMs : 0
  const sale = await mintSale(shop, { allocations, limit, extensions, returnMs })
  return {
    ...{ ground, shop, shape, sale, keys: saleKeys(sale.id), buyers: newBuyers(shape.buyers) },
    ...{ payments: [], memory: newMemory(), holds: new Map() },
  }
}

/** The items' numbers in the order of their real ids. */
export const itemOrder = ({ sale }: World): number[] =>
  sale.items
    .map(({ id }, index) => ({ id, index }))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ index }) => index)

export const itemIndex = ({ sale }: World, itemId: string): number =>
  sale.items.findIndex(({ id }) => id === itemId)

/** The idempotency key behind a name such as `2/0` or `2/late:p1`. */
function keyOf(world: World, name: string): string {
  const key = name.slice(name.indexOf('/') + 1)
  return key.startsWith('late:p') ? `late:${at(world.payments, Number(key.slice(6)))}` : `key-0000000${key}`
}

export const realOrderId = (world: World, name: string): string =>
  orderIdFor(world.sale.id, at(world.buyers, Number(name.split('/')[0])), keyOf(world, name))

/** What a buyer types. A family has one mailbox, and one of them writes it in another way. */
export function bodyOf({ buyers, shape }: World, buyer: number, body: number): Checkout {
  const first = contactOf(shape, buyer)
  const { email, ...rest } = checkoutOf(at(buyers, first))
  const [local, host] = email.split('@')
  const typed = first === buyer ? email : `${local?.toUpperCase()}+us@${host}`
  return { ...rest, email: typed, name: body === 0 ? 'Ada' : 'Grace' }
}

/** The order script's arguments for a checkout, as the verb makes them. */
export function detailsOf(world: World, buyer: number, body: number): { details: string; body: string } {
  const given = checkoutSchema.parse(bodyOf(world, buyer, body))
  const details = JSON.stringify(given, Object.keys(given).sort())
  return { details, body: createHash('sha256').update(details).digest('base64url') }
}

/** Makes what dead consumers left behind look as if it had waited for as long. */
export async function setIdle({ shop, keys }: World, idleMs: number): Promise<void> {
  if ((await shop.redis.exists(keys.orders)) === 0) return
  const pending = (await shop.redis.xpending(keys.orders, claimGroup, '-', '+', 1_000)) as [string][]
  const ids = pending.map(([id]) => id)
  if (ids.length === 0) return
  // The client sends both or neither.
  const age = { idleMS: Math.max(1, idleMs), timeMS: Date.now() - idleMs }
  await shop.redis.xclaim(keys.orders, claimGroup, 'dies', 0, ids, { ...age, justId: true })
}
