import { saleKeys } from '../db/keys'
import type { Context } from '../lib/context'
import { bought, hold, placed } from './purchase'
import { itemOf, mintSale, newBuyers } from './shop'

/** Ten units: two orders of two are paid, one of two waits for payment, a cart has one, and three are free. */
export async function busySale(shop: Context) {
  const sale = await mintSale(shop, { limit: 4 })
  const [first, second, waits, cart] = newBuyers(4) as [string, string, string, string]
  const paid = [
    await bought(shop, sale, { buyerId: first, quantity: 2 }),
    await bought(shop, sale, { buyerId: second, quantity: 2 }),
  ] as const
  const unpaid = await placed(shop, sale, { buyerId: waits, quantity: 2 })
  await hold(shop, sale, { buyerId: cart })
  return { sale, item: itemOf(sale), keys: saleKeys(sale.id), paid, unpaid, cart }
}
export type Busy = Awaited<ReturnType<typeof busySale>>
