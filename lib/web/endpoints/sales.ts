import { z } from 'zod'
import { saleSchema, slugSchema } from '../../contract'
import { ok, refused } from '../../result'
import { findSale, listSales } from '../../sales/catalog'
import { toPublicSale } from '../../sales/record'
import { defineEndpoint } from '../endpoint'

export const listSalesEndpoint = defineEndpoint({
  name: 'listSales',
  method: 'GET',
  path: '/sales',
  summary: 'Published sales, in order of opening',
  identity: 'anyone',
  limit: null,
  isPublic: true,
  params: z.object({}),
  body: null,
  query: null,
  output: z.object({ sales: z.array(saleSchema) }),
  async run(ctx) {
    return ok({ sales: (await listSales(ctx)).map(toPublicSale) })
  },
})

export const readSaleEndpoint = defineEndpoint({
  name: 'readSale',
  method: 'GET',
  path: '/sales/{slug}',
  summary: 'One sale with its items',
  identity: 'anyone',
  limit: null,
  isPublic: true,
  params: z.object({ slug: slugSchema }),
  body: null,
  query: null,
  output: saleSchema,
  async run(ctx, { params }) {
    const sale = await findSale(ctx, params.slug)
    return sale ? ok(toPublicSale(sale)) : refused('not_found')
  },
})
