import { eq } from 'drizzle-orm'
import { sales } from '../../db/schema'
import type { Context } from '../../lib/context'
import type { Checkout } from '../../lib/contract'
import { reserve } from '../../lib/holds/reserve'
import { newBuyerId } from '../../lib/id'
import { order } from '../../lib/orders/order'
import { findOrderRecord } from '../../lib/orders/read'
import { pay } from '../../lib/payments/pay'
import type { Result } from '../../lib/result'
import { createSale } from '../../lib/sales/create'
import { publishSale } from '../../lib/sales/publish'
import { readSales, type SaleRecord } from '../../lib/sales/record'

/** A one-item sale of the bench, as its requests name it. */
export type BenchSale = { record: SaleRecord; saleId: string; itemId: string; slug: string; api: string }

export const checkout: Checkout = {
  email: 'ada@example.com',
  name: 'Ada Lovelace',
  line1: '12 St James’s Square',
  postalCode: 'SW1Y 4JH',
  city: 'London',
  country: 'GB',
}

export const payingCard = '4242424242424242'

export async function openSale(
  ctx: Context,
  slug: string,
  allocation: number,
  { room = false, limit = allocation, opensAt = new Date(Date.now() - 60_000) } = {},
): Promise<BenchSale> {
  const { saleId, itemIds } = granted(
    await createSale(ctx, {
      slug,
      room,
      title: 'A sale to measure',
      description: 'It exists for as long as the measurement runs.',
      opensAt,
      closesAt: new Date(Date.now() + 24 * 3_600_000),
      currency: 'EUR',
      holdSeconds: 3_600,
      paySeconds: 3_600,
      extensions: 1,
      items: [
        {
          product: {
            title: 'A mug',
            description: 'It holds tea.',
            image: '/images/products/mug.svg',
            imageAlt: '',
          },
          variant: 'One size',
          listPriceMinor: null,
          priceMinor: 1990,
          allocation,
          limit,
        },
      ],
    }),
  )
  await publishSale(ctx, saleId)
  const [record] = await readSales(ctx, eq(sales.id, saleId))
  if (!record) throw new Error('The sale is gone.')
  return { record, saleId, itemId: itemIds[0] ?? '', slug, api: `/api/v1/sales/${slug}` }
}

/** Keeps the worker away from a sale of which only one store, or a yardstick, knows what happens in it. */
export async function hideFromWorker(ctx: Context, sale: BenchSale): Promise<void> {
  await ctx.db.update(sales).set({ state: 'draft' }).where(eq(sales.id, sale.saleId))
}

/** A sale whose every unit is paid for. */
export async function openSoldSale(ctx: Context, slug: string, allocation: number): Promise<BenchSale> {
  const sale = await openSale(ctx, slug, allocation)
  const buyerId = newBuyerId()
  granted(await reserve(ctx, { sale: sale.record, buyerId, itemId: sale.itemId, quantity: allocation }))
  const wish = { sale: sale.record, buyerId, idempotencyKey: 'bench-key-1', checkout }
  const placed = granted(await order(ctx, wish))
  const row = await findOrderRecord(ctx, placed.id)
  if (!row) throw new Error('The ledger did not take the order.')
  granted(await pay(ctx, { order: row, card: payingCard }))
  return sale
}

function granted<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`The bench's own sale was refused: ${result.reason}`)
  return result.value
}
