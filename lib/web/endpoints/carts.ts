import { z } from 'zod'
import type { Context } from '../../context'
import {
  captchaSchema,
  cartSchema,
  idempotencyKeySchema,
  itemIdSchema,
  quantitySchema,
  slugSchema,
} from '../../contract'
import { extend } from '../../holds/extend'
import { findCart } from '../../holds/find'
import { release } from '../../holds/release'
import { reserve } from '../../holds/reserve'
import { type Result, refused } from '../../result'
import { mayReserve } from '../../rooms/admit'
import { admissionCookie } from '../../rooms/ticket'
import { findSale } from '../../sales/catalog'
import type { SaleRecord } from '../../sales/record'
import { checkProof } from '../captcha'
import { defineEndpoint } from '../endpoint'
import { holdNetwork } from '../limiter'
import { knownLive } from '../live'

const bySlug = z.object({ slug: slugSchema })

async function withSale<T>(
  ctx: Context,
  slug: string,
  run: (sale: SaleRecord) => Promise<Result<T>>,
): Promise<Result<T>> {
  const sale = await findSale(ctx, slug)
  return sale ? run(sale) : refused('not_found')
}

export const reserveEndpoint = defineEndpoint({
  name: 'reserve',
  method: 'PUT',
  path: '/sales/{slug}/cart/items/{itemId}',
  summary: 'Make my cart hold exactly this many units of this item (0 removes them)',
  identity: 'buyer',
  limit: 'reserve',
  params: bySlug.extend({ itemId: itemIdSchema }),
  body: z.strictObject({ quantity: quantitySchema, captcha: captchaSchema.optional() }),
  query: null,
  headers: ['if-match', 'admission'],
  output: cartSchema,
  /** Sold through is final: a crowd that comes too late is told from memory, with no Redis command. */
  early(ctx, { params, body }) {
    const live = body.quantity > 0 ? knownLive(ctx, params.slug) : null
    const item = live?.items.find((each) => each.id === params.itemId)
    return item?.state === 'sold_through' ? refused('sold_through') : undefined
  },
  run: (ctx, { params, body, caller, buyerId, header, cookie }) =>
    withSale(ctx, params.slug, async (sale) => {
      const admission = header('admission') ?? cookie(admissionCookie(sale.slug))
      // Whoever gives units back needs nobody's leave.
      if (body.quantity > 0 && !(await mayReserve(ctx, sale, buyerId, admission)))
        return refused('not_admitted')
      const version = header('if-match')?.replaceAll('"', '')
      if (version !== undefined && !/^\d{1,9}$/.test(version)) {
        return refused('invalid_input', { fields: { 'If-Match': 'is a cart version' } })
      }
      const network = holdNetwork(ctx, sale.id, caller.address)
      const proof =
        sale.proof === 'reserves'
          ? await checkProof(ctx, { saleId: sale.id, buyerId }, body.captcha)
          : undefined
      const request = { sale, buyerId, itemId: params.itemId, quantity: body.quantity, network, proof }
      return reserve(ctx, version === undefined ? request : { ...request, ifVersion: Number(version) })
    }),
})

export const readCartEndpoint = defineEndpoint({
  name: 'readCart',
  method: 'GET',
  path: '/sales/{slug}/cart',
  summary: 'My cart with its deadline',
  identity: 'buyer',
  limit: 'read',
  params: bySlug,
  body: null,
  query: null,
  output: cartSchema,
  run: (ctx, { params, buyerId }) => withSale(ctx, params.slug, (sale) => findCart(ctx, { sale, buyerId })),
})

export const releaseEndpoint = defineEndpoint({
  name: 'release',
  method: 'DELETE',
  path: '/sales/{slug}/cart',
  summary: 'Empty my cart; filling it again does not move its deadline',
  identity: 'buyer',
  limit: 'reserve',
  params: bySlug,
  body: null,
  query: null,
  output: cartSchema,
  run: (ctx, { params, buyerId }) => withSale(ctx, params.slug, (sale) => release(ctx, { sale, buyerId })),
})

export const extendEndpoint = defineEndpoint({
  name: 'extend',
  method: 'POST',
  path: '/sales/{slug}/cart/extension',
  summary: 'One more hold length, as often as the sale allows',
  identity: 'buyer',
  limit: 'reserve',
  params: bySlug,
  body: null,
  query: null,
  headers: ['idempotency-key'],
  output: cartSchema,
  run: (ctx, { params, buyerId, header }) =>
    withSale(ctx, params.slug, async (sale) => {
      const request = idempotencyKeySchema.optional().safeParse(header('idempotency-key'))
      if (!request.success) return refused('invalid_input', { fields: { 'Idempotency-Key': 'is not valid' } })
      return extend(ctx, { sale, buyerId, request: request.data })
    }),
})
