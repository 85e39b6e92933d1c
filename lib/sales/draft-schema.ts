import { z } from 'zod'
import { config } from '../config'
import { proofTimes } from '../contract'
import { parseMinor } from '../money'
import { idPatterns, slugPattern } from '../patterns'
import { momentIn } from '../zone'

const { currency, timeZone } = config.shop

const words = (most: number) => z.string('is missing').trim().min(1, 'is missing').max(most, 'is too long')

const wholeNumber = (least: number, most: number) =>
  z
    .string(`is a whole number from ${least} to ${most}`)
    .regex(/^\d{1,9}$/, `is a whole number from ${least} to ${most}`)
    .transform(Number)
    .refine((value) => value >= least && value <= most, `is a whole number from ${least} to ${most}`)

const price = z.string('is a price').transform((text, issue) => {
  const minor = parseMinor(text, currency)
  if (minor === null) issue.addIssue('is a price, such as 19.90')
  return minor ?? 0
})

const moment = z.string('is a date and a time').transform((text, issue) => {
  const at = momentIn(timeZone, text)
  if (at instanceof Date) return at
  issue.addIssue(at)
  return new Date(0)
})

export const newProduct = z.object({
  title: words(120),
  variant: words(80),
  description: words(2_000),
})

const itemSchema = z
  .object({
    variantId: z.union([z.literal('new'), z.string().regex(idPatterns.variant)], 'is a product'),
    product: newProduct.optional(),
    price,
    allocation: wholeNumber(1, config.sale.maxAllocation),
    limit: wholeNumber(1, config.sale.maxQuantity),
  })
  .refine(({ variantId, product }) => variantId !== 'new' || product !== undefined, {
    path: ['product', 'title'],
    message: 'is missing',
  })

/** What a merchant fills in for a new sale. Times are those on the walls of the shop's zone. */
export const draftSchema = z
  .object({
    title: words(120),
    slug: z.string('is an address').regex(slugPattern, 'has small letters, digits and hyphens'),
    description: words(2_000),
    opensAt: moment,
    closesAt: moment,
    holdSeconds: wholeNumber(30, config.hold.maxSeconds),
    paySeconds: wholeNumber(60, config.payment.maxSeconds),
    extensions: wholeNumber(0, 5),
    room: z.literal('on').optional(),
    proof: z.enum(proofTimes, 'is one of the choices'),
    items: z.array(itemSchema, 'are missing').min(1, 'are missing').max(config.sale.maxItems, 'are too many'),
  })
  .refine(({ opensAt, closesAt }) => closesAt > opensAt, {
    path: ['closesAt'],
    message: 'is after the opening',
  })

export type Draft = z.infer<typeof draftSchema>
