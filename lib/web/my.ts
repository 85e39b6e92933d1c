import 'server-only'
import { cookies } from 'next/headers'
import type { Cart, Order, Sale } from '../contract'
import { findCart } from '../holds/find'
import { context } from '../open-context'
import { readOrder } from '../orders/read'
import { idPatterns } from '../patterns'
import { listSales } from '../sales/catalog'
import { toPublicSale } from '../sales/record'
import { buyerCookie, readToken } from './identity'

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

/** An order the visitor may see: their own, or by its token. Null for anybody else (I13). */
export async function findMyOrder(orderId: string, token?: string): Promise<Order | null> {
  if (!idPatterns.order.test(orderId)) return null
  const buyerId = await myBuyerId()
  const order = await readOrder(context(), { orderId, buyerId, token })
  return order.ok ? order.value : null
}
