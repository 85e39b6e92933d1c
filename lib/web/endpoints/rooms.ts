import { z } from 'zod'
import { config } from '../../config'
import { challengeSchema, placeSchema, slugSchema, turnSchema } from '../../contract'
import { ok, refused } from '../../result'
import { admit } from '../../rooms/admit'
import { join } from '../../rooms/join'
import { admissionCookie } from '../../rooms/ticket'
import { findSale } from '../../sales/catalog'
import { checkProof, newChallenge } from '../captcha'
import { defineEndpoint } from '../endpoint'

const bySlug = z.object({ slug: slugSchema })

export const challengeEndpoint = defineEndpoint({
  name: 'challenge',
  method: 'GET',
  path: '/sales/{slug}/room/challenge',
  summary: 'The work whose solution is the captcha of joining',
  identity: 'buyer',
  limit: 'read',
  params: bySlug,
  body: null,
  query: null,
  output: challengeSchema,
  async run(ctx, { params, buyerId }) {
    const sale = await findSale(ctx, params.slug)
    if (!sale?.room) return refused('not_found')
    const challenge = await newChallenge(ctx, { saleId: sale.id, buyerId })
    return ok(challenge as unknown as z.infer<typeof challengeSchema>)
  },
})

export const joinEndpoint = defineEndpoint({
  name: 'join',
  method: 'POST',
  path: '/sales/{slug}/room',
  summary: 'A place in the waiting room: in the draw until the sale opens, behind it from then on',
  identity: 'buyer',
  limit: 'join',
  params: bySlug,
  body: z.strictObject({ captcha: z.string().max(4_096).optional() }),
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
    return sale ? admit(ctx, { sale, buyerId, ticket: body.ticket }) : refused('not_found')
  },
  cookie({ slug }, turn) {
    if (!('admission' in turn)) return undefined
    return { name: admissionCookie(slug), value: turn.admission, maxAge: config.room.admissionSeconds }
  },
})
