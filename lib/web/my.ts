import 'server-only'
import { cookies } from 'next/headers'
import { isPassing } from '../../db/redis'
import type { Context } from '../context'
import type { Cart, Live, Order, Sale } from '../contract'
import { findCart } from '../holds/find'
import { context } from '../open-context'
import { readOrder } from '../orders/read'
import { idPatterns } from '../patterns'
import { findSale, listSales } from '../sales/catalog'
import { type SaleRecord, toPublicSale } from '../sales/record'
import { buyerCookie, readToken } from './identity'
import { currentLive } from './live'
import { type MyPlace, readPlace } from './place'

async function myBuyerId(): Promise<string | undefined> {
  const token = (await cookies()).get(buyerCookie)?.value
  return token === undefined ? undefined : readToken(context().env.APP_SECRET, token)
}

/** The visitor's open carts, one for each sale they have something in. */
export async function findMyCarts(): Promise<{ sale: Sale; cart: Cart }[]> {
  const buyerId = await myBuyerId()
  if (!buyerId) return []
  const ctx = context()
  const carts = await Promise.all(
    (await listSales(ctx)).map(async (sale) => ({ sale, cart: await findCart(ctx, { sale, buyerId }) })),
  )
  return carts.flatMap(({ sale, cart }) =>
    cart.ok && cart.value.lines.length > 0 ? [{ sale: toPublicSale(sale), cart: cart.value }] : [],
  )
}

/** Where the visitor stands in the waiting room of a sale, as far as this browser's cookies tell. */
export async function findMyPlace(slug: string): Promise<{ place: MyPlace; live: Live | null } | null> {
  const ctx = context()
  const [jar, buyerId, sale] = await Promise.all([cookies(), myBuyerId(), findSale(ctx, slug)])
  if (!sale?.room) return null
  const cookie = (name: string) => jar.get(name)?.value
  const [place, live] = await Promise.all([
    buyerId ? readPlace(ctx, { sale, buyerId, cookie }) : ({ state: 'none' } as const),
    liveOrNull(ctx, sale),
  ])
  return { place, live }
}

/** A place can be shown while Redis is away (I16). */
async function liveOrNull(ctx: Context, sale: SaleRecord): Promise<Live | null> {
  try {
    return await currentLive(ctx, sale)
  } catch (error) {
    if (!isPassing(error)) throw error
    return null
  }
}

/** An order the visitor may see: their own, or by its token. Null for anybody else (I13). */
export async function findMyOrder(orderId: string, token?: string): Promise<Order | null> {
  if (!idPatterns.order.test(orderId)) return null
  const buyerId = await myBuyerId()
  const order = await readOrder(context(), { orderId, buyerId, token })
  return order.ok ? order.value : null
}
