import { randomUUID } from 'node:crypto'
import type { BrowserContext } from '@playwright/test'
import type { Context } from '../../lib/context'
import type { Env } from '../../lib/env'
import { cancelOrder } from '../../lib/orders/end'
import { findOrderRecord } from '../../lib/orders/read'
import { controlSale } from '../../lib/sales/control'
import type { NewSale } from '../../lib/sales/create'
import type { SaleRecord } from '../../lib/sales/record'
import { bought, hold, payFor, placed } from '../../tests/purchase'
import { cards, makeOverdue, type mintSale, orderRecord, until } from '../../tests/shop'
import { becomeBuyer } from './buyers'
import { roomStates } from './room-states'

export type Rig = {
  ctx: Context
  settings: Env
  /** The browser that will open the page. */
  context: BrowserContext
  mint(wish?: Parameters<typeof mintSale>[1]): Promise<SaleRecord>
}

/** How a page comes to be in a state, and what then stands there. */
export type State = { shows: string | RegExp; prepare(rig: Rig): Promise<string> }

const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000)

const thing = (handle: string, variant: string): NewSale['items'][number] => ({
  product: {
    ...{ handle, title: 'Kiln Mug', description: 'Stoneware, thrown and glazed by hand.' },
    ...{ image: '/images/products/mug.svg', imageAlt: 'A speckled cream mug' },
  },
  ...{ variant, listPriceMinor: 2_900, priceMinor: 1_990, allocation: 10, limit: 2 },
})

const sale = (shows: State['shows'], make: (rig: Rig) => Promise<SaleRecord>): State => ({
  shows,
  prepare: async (rig) => `/sales/${(await make(rig)).slug}`,
})

/** An order of the browser's buyer, after whatever `happens` to it. */
const order = (
  shows: State['shows'],
  happens: (ctx: Context, orderId: string) => Promise<unknown> = async () => {},
): State => ({
  shows,
  async prepare({ ctx, settings, context, mint }) {
    const { buyerId } = await becomeBuyer(context, settings)
    const { id } = await placed(ctx, await mint(), { buyerId, quantity: 2 })
    await happens(ctx, id)
    return `/orders/${id}`
  },
})

async function withCart({ ctx, settings, context, mint }: Rig): Promise<SaleRecord> {
  const made = await mint({ allocations: [5, 5] })
  const { buyerId } = await becomeBuyer(context, settings)
  await hold(ctx, made, { buyerId, quantity: 2 })
  await hold(ctx, made, { buyerId, item: 1 })
  return made
}

async function lapse(ctx: Context, orderId: string) {
  await makeOverdue(ctx, orderId)
  await until('the order ends', async () => (await findOrderRecord(ctx, orderId))?.state === 'expired')
}

/** Every page of the shop, in every state in which a shopper can meet it. */
export const states: Record<string, State> = {
  'the shop window': { shows: 'No overselling.', prepare: async () => '/' },
  'all sales': { shows: 'All sales', prepare: async () => '/sales' },
  'a product on sale': {
    shows: '8 left',
    async prepare({ mint, ctx }) {
      const made = await mint({ allocation: 10 })
      await hold(ctx, made, { quantity: 2 })
      return `/products/${made.items[0]?.handle}`
    },
  },
  'a product in several sales': {
    shows: 'List price €29.00',
    async prepare({ mint }) {
      const handle = `mug-${randomUUID().slice(0, 8)}`
      const items = [thing(handle, 'Blue'), thing(handle, 'Red')]
      await mint({ items, opensAt: inHours(1), closesAt: inHours(2) })
      await mint({ items })
      await mint({ items, opensAt: inHours(-3), closesAt: inHours(-1) })
      return `/products/${handle}`
    },
  },
  'a product that no sale offers now': {
    shows: 'No sale offers it at the moment.',
    prepare: async ({ mint }) => {
      const { items } = await mint({ opensAt: inHours(-3), closesAt: inHours(-1) })
      return `/products/${items[0]?.handle}`
    },
  },
  'a sale to come': sale('The button unlocks by itself.', ({ mint }) =>
    mint({ opensAt: inHours(1), closesAt: inHours(2) }),
  ),
  'an open sale': sale('100 left', ({ mint }) => mint({ allocation: 100 })),
  'a sale with few left': sale('Only 3 left', async ({ mint, ctx }) => {
    const made = await mint({ allocation: 5 })
    await hold(ctx, made, { quantity: 2 })
    return made
  }),
  'a sale with all units held': sale('None free right now', async ({ mint, ctx }) => {
    const made = await mint({ allocation: 2 })
    await hold(ctx, made, { quantity: 2 })
    return made
  }),
  'a sale that is sold out': sale('Every number has its owner.', async ({ mint, ctx }) => {
    const made = await mint({ allocation: 1 })
    await bought(ctx, made)
    return made
  }),
  'a paused sale': sale('Paused for a moment', async ({ mint, ctx }) => {
    const made = await mint()
    await controlSale(ctx, made.id, { pause: true })
    return made
  }),
  'a closed sale': sale('This sale has ended.', ({ mint }) => mint({ closesAt: inHours(-0.01) })),
  ...roomStates,
  'an empty cart': { shows: 'Nothing in it yet', prepare: async () => '/cart' },
  'a cart': { shows: 'Time left on your cart', prepare: async (rig) => withCart(rig).then(() => '/cart') },
  'the checkout': {
    shows: 'Place order',
    prepare: async (rig) => `/checkout?sale=${(await withCart(rig)).slug}`,
  },
  'a checkout of nothing': { shows: 'There is nothing to check out.', prepare: async () => '/checkout' },
  'an order to pay': order('Time left to pay'),
  'an order whose card was declined': order('Your bank declined the payment.', (ctx, id) =>
    payFor(ctx, id, cards.declined),
  ),
  'an order to confirm at the bank': order('Your bank asks you to confirm', (ctx, id) =>
    payFor(ctx, id, cards.asks),
  ),
  'a payment under way': order('Your payment is being processed.', (ctx, id) => payFor(ctx, id, cards.late)),
  'a paid order': order('2 numbers are yours', (ctx, id) => payFor(ctx, id)),
  'an order whose time ran out': order('The time to pay ran out', lapse),
  'a cancelled order': order('This order is cancelled', async (ctx, id) =>
    cancelOrder(ctx, await orderRecord(ctx, id)),
  ),
  'a page that is not there': { shows: 'There is no such page', prepare: async () => '/nothing/here' },
}
