import { z } from 'zod'
import { config } from '../../config'
import { captchaSchema, placeSchema, slugSchema, turnSchema } from '../../contract'
import { refused } from '../../result'
import { join } from '../../rooms/join'
import { admissionCookie } from '../../rooms/ticket'
import { findSale } from '../../sales/catalog'
import { checkProof } from '../captcha'
import { defineEndpoint } from '../endpoint'
import { takeTurn } from '../turn'

const bySlug = z.object({ slug: slugSchema })

export const joinEndpoint = defineEndpoint({
  name: 'join',
  method: 'POST',
  path: '/sales/{slug}/room',
  summary: 'A place in the waiting room: in the draw until the sale opens, behind it from then on',
  identity: 'buyer',
  limit: 'join',
  params: bySlug,
  body: z.strictObject({ captcha: captchaSchema.optional() }),
  query: null,
  output: placeSchema,
  async run(ctx, { params, body, buyerId }) {
    const sale = await findSale(ctx, params.slug)
    if (!sale?.room) return refused('not_found')
    const proof = await checkProof(ctx, { saleId: sale.id, buyerId }, body.captcha)
    return proof.ok ? join(ctx, { sale, buyerId }) : proof
  },
})

export const admitEndpoint = defineEndpoint({
  name: 'admit',
  method: 'POST',
  path: '/sales/{slug}/room/admission',
  summary: 'The right to reserve once it is the turn of a ticket, else its place',
  identity: 'buyer',
  // It asks no store, so there is nothing to protect with a question to one.
  limit: null,
  params: bySlug,
  body: z.strictObject({ ticket: z.string().max(128) }),
  query: null,
  output: turnSchema,
  async run(ctx, { params, body, buyerId }) {
    const sale = await findSale(ctx, params.slug)
    return sale ? takeTurn(ctx, { sale, buyerId, ticket: body.ticket }) : refused('not_found')
  },
  cookie({ slug }, turn) {
    if (!('admission' in turn)) return undefined
    return { name: admissionCookie(slug), value: turn.admission, maxAge: config.room.admissionSeconds }
  },
})
