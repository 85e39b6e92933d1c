import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from '../../lib/context'
import { createSale } from '../../lib/sales/create'
import { publishSale } from '../../lib/sales/publish'
import type { Wish } from './arguments'

/** A running shop looks for new sales once a second. */
const servedWithinMs = 10_000
const pollMs = 100

export type Created = { slug: string; saleId: string; itemId: string }

/** Creates and publishes a sale of one item. Throws an Error with one sentence when the slug is taken. */
export async function create(ctx: Context, wish: Wish): Promise<Created> {
  const { allocation, limit, priceMinor, ...sale } = wish
  const title = titleOf(wish.slug)
  const made = await createSale(ctx, {
    ...sale,
    title,
    description: `${allocation} pieces of ${title}, each with its own number.`,
    currency: 'EUR',
    extensions: 1,
    items: [
      {
        product: {
          title,
          description: 'Made from the command line.',
          image: '/images/products/print.svg',
          imageAlt: 'A framed print.',
        },
        variant: 'One size',
        listPriceMinor: null,
        ...{ priceMinor, allocation, limit },
      },
    ],
  })
  if (!made.ok) throw new Error(`The slug "${wish.slug}" is already taken: choose another one.`)
  const { saleId, itemIds } = made.value
  await publishSale(ctx, saleId)
  return { slug: wish.slug, saleId, itemId: itemIds[0] ?? '' }
}

/** "Winter drop" for "winter-drop". */
function titleOf(slug: string): string {
  const words = slug.replaceAll('-', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** Waits until the shop at `publicUrl` serves the sale: `absent` when nothing answers there at all. */
export async function untilServed(publicUrl: string, slug: string): Promise<'served' | 'absent' | 'late'> {
  const url = new URL(`/api/v1/sales/${slug}`, publicUrl)
  let answered = false
  for (const until = Date.now() + servedWithinMs; Date.now() < until; await sleep(pollMs)) {
    const status = await fetch(url, { signal: AbortSignal.timeout(5_000) }).then(
      (response) => response.status,
      () => 0,
    )
    if (status === 200) return 'served'
    if (status === 0 && !answered) return 'absent'
    answered = true
  }
  return 'late'
}
