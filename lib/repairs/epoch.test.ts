import { afterAll, beforeAll, expect, test } from 'vitest'
import { decided, granted, tallyOf } from '../../tests/purchase'
import {
  cards,
  checkoutOf,
  itemOf,
  mintSale,
  newBuyers,
  openShop,
  orderRecord,
  reload,
  type Shop,
  until,
} from '../../tests/shop'
import { sized } from '../../tests/size'
import { expectSound } from '../../tests/sound'
import { reserve } from '../holds/reserve'
import { cancelOrder } from '../orders/end'
import { order } from '../orders/order'
import { pay } from '../payments/pay'
import type { SaleRecord } from '../sales/record'
import { rebuild } from './rebuild'
import { newMemory, reconcile } from './reconcile'

let shop: Shop
let twin: Shop
beforeAll(async () => {
  shop = await openShop()
  twin = await openShop({ DATABASE_URL: shop.databaseUrl })
})
afterAll(() => Promise.all([shop.close(), twin.close()]))

/** Each attempt needs a key of its own. */
const keyOf = (attempt: number) => `key-${String(attempt).padStart(8, '0')}`

/**
 * A buyer who tries again for as long as the shop asks them to, and starts over when a rebuild took their cart or their
 * unconfirmed order. Answers the order they paid, or null when nothing was left to reserve.
 */
async function buys(server: Shop, sale: SaleRecord, buyerId: string): Promise<string | null> {
  const wish = { sale, buyerId, itemId: itemOf(sale), quantity: 1 }
  for (let attempt = 1; ; attempt++) {
    const held = await until('a decision about a cart', async () => {
      const tried = await reserve(server, wish)
      return (tried.ok || tried.reason !== 'try_again') && tried
    })
    if (!held.ok) return null
    const mine = { sale, buyerId, idempotencyKey: keyOf(attempt), checkout: checkoutOf(buyerId) }
    const made = await until('a decision about an order', async () => {
      const tried = await order(server, mine)
      return (tried.ok ? tried.value.state !== 'confirming' : tried.reason !== 'try_again') && tried
    })
    if (!made.ok || made.value.state !== 'awaiting_payment') continue
    const { id } = made.value
    granted(await pay(server, { order: await orderRecord(server, id), card: cards.pays }))
    return id
  }
}

test('I1: the epoch is raised again and again in the middle of a rush: no unit has two owners, none leaks (fault 40)', async () => {
  const stock = 120
  const sale = await mintSale(shop, { allocation: stock })
  const crowd = newBuyers(sized(200, 1_000))
  let done = 0
  const rush = Promise.all(
    crowd.map((buyerId, i) => buys(i % 2 ? shop : twin, sale, buyerId).finally(() => done++)),
  )
  let epochs = 0
  while (done < crowd.length) {
    if (await rebuild(twin, sale.id)) epochs += 1
    const seen = done
    // Each state of Redis lives until somebody got something out of it, as every real one does.
    await until('the rush to go on', async () => done > seen || done === crowd.length)
  }
  const paidOrders = (await rush).filter((id) => id !== null)
  // How often depends on the machine; that it happened in the middle does not.
  expect(epochs).toBeGreaterThan(0)

  const memory = newMemory()
  for (let reading = 0; reading < 3; reading++) await reconcile(shop, sale.id, memory)
  const { paid, unpaid, held, free } = await expectSound(shop, sale.id)
  expect({ paid, unpaid, held, free }).toEqual({ paid: paidOrders.length, unpaid: 0, held: 0, free })
  expect(paid).toBeGreaterThan(0)
  // A yes stays a yes, whatever Redis went through since.
  for (const id of paidOrders) expect((await orderRecord(shop, id)).state).toBe('paid')
  const next = await reload(shop, sale.id)
  const rest = await Promise.all(
    newBuyers(stock).map((buyerId) =>
      reserve(shop, { sale: next, buyerId, itemId: itemOf(sale), quantity: 1 }),
    ),
  )
  expect(tallyOf(rest).ok ?? 0).toBe(free)
  expect(await expectSound(shop, sale.id)).toMatchObject({ paid, held: free, free: 0 })
})

test('I15: orders are cancelled while the epoch is raised: every unit comes back once', async () => {
  const sale = await mintSale(shop, { allocation: 40 })
  const made = await Promise.all(
    newBuyers(20).map(async (buyerId) => {
      await reserve(shop, { sale, buyerId, itemId: itemOf(sale), quantity: 2 })
      const placed = await decided(shop, {
        sale,
        buyerId,
        idempotencyKey: keyOf(1),
        checkout: checkoutOf(buyerId),
      })
      return orderRecord(shop, placed.ok ? placed.value.id : '')
    }),
  )
  const cancels = made.map((record, i) => cancelOrder(i % 2 ? shop : twin, record))
  await Promise.all([...cancels, rebuild(twin, sale.id), rebuild(shop, sale.id)])
  expect(await Promise.all(cancels)).toEqual(made.map(() => true))
  const memory = newMemory()
  for (let reading = 0; reading < 3; reading++) await reconcile(shop, sale.id, memory)
  expect(await expectSound(shop, sale.id)).toMatchObject({ free: 40 })
})
