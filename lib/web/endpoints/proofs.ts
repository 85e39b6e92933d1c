import { z } from 'zod'
import { captchaSchema, challengeSchema, proofSchema, slugSchema } from '../../contract'
import { ok, refused } from '../../result'
import { findSale } from '../../sales/catalog'
import { exchangeToken, newChallenge } from '../captcha'
import { defineEndpoint } from '../endpoint'

const bySlug = z.object({ slug: slugSchema })

export const challengeEndpoint = defineEndpoint({
  name: 'challenge',
  method: 'GET',
  path: '/sales/{slug}/challenge',
  summary:
    'What to do for a proof against robots, which joining takes, and other calls where the sale says so',
  identity: 'buyer',
  limit: 'prove',
  params: bySlug,
  body: null,
  query: null,
  output: challengeSchema,
  async run(ctx, { params, buyerId }) {
    const sale = await findSale(ctx, params.slug)
    if (!sale || (!sale.room && sale.proof === 'none')) return refused('not_found')
    return ok(await newChallenge(ctx, { saleId: sale.id, buyerId }))
  },
})

export const proveEndpoint = defineEndpoint({
  name: 'prove',
  method: 'POST',
  path: '/sales/{slug}/proof',
  summary: 'Exchanges a token of hCaptcha for a captcha that lasts until the sale opens',
  identity: 'buyer',
  limit: 'prove',
  params: bySlug,
  body: z.strictObject({ token: captchaSchema.min(1) }),
  query: null,
  output: proofSchema,
  async run(ctx, { params, body, buyerId, caller }) {
    const sale = await findSale(ctx, params.slug)
    if (!sale) return refused('not_found')
    return exchangeToken(ctx, { saleId: sale.id, buyerId }, { token: body.token, address: caller.address })
  },
})
