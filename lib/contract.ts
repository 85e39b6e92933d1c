import { z } from 'zod'
import { config } from './config'
import { outlooks } from './outlook'
import { idPatterns, slugPattern } from './patterns'
import { causes } from './result'

/**
 * The shapes of the public contract (HTTP API and server actions alike). The OpenAPI document is generated from them.
 * Objects are strict: an unknown field in a body is an error, so a client can't believe that it set a price.
 */
export const slugSchema = z.string().regex(slugPattern, 'must be lower-case letters, digits and dashes')
export const itemIdSchema = z.string().regex(idPatterns.item, 'is not an item id')
export const orderIdSchema = z.string().regex(idPatterns.order, 'is not an order id')

const text = (max: number, what: string) =>
  z
    .string()
    .trim()
    .min(1, `${what} is needed`)
    .max(max, `${what} is too long`)
    // Control characters would break mails, labels and logs.
    .regex(/^[^\p{Cc}\p{Co}\p{Cs}]*$/u, `${what} has characters that can't be printed`)

export const quantitySchema = z
  .number('must be a whole number')
  .int('must be a whole number')
  .min(0, "can't be negative")
  .max(config.sale.maxQuantity, `is ${config.sale.maxQuantity} at most`)

/** What the checkout form asks for: six typed fields, two optional ones. */
export const checkoutSchema = z.strictObject({
  email: z.email('needs to look like name@example.com').max(254, 'is too long'),
  name: text(120, 'a name'),
  line1: text(160, 'a street and number'),
  line2: text(160, 'this line').optional(),
  postalCode: text(16, 'a postal code'),
  city: text(120, 'a city'),
  region: text(120, 'a region').optional(),
  country: z.string().regex(/^[A-Z]{2}$/, 'is a two-letter country code'),
  phone: z
    .string()
    .regex(/^\+?[0-9 ()/-]{5,24}$/, 'is not a phone number')
    .optional(),
})
export type Checkout = z.infer<typeof checkoutSchema>

/** A proof against robots, as calls take it. */
export const captchaSchema = z.string().max(config.captcha.mostLength)

/** What placing an order takes. The captcha is no part of the order: a repeat may bring another one. */
export const orderBodySchema = checkoutSchema.extend({ captcha: captchaSchema.optional() })

export const idempotencyKeySchema = z
  .string()
  .regex(/^[\x21-\x7e]{8,128}$/, 'is 8 to 128 printable characters without spaces')

export const payMethodSchema = z.strictObject({
  method: z.strictObject({ card: z.string().regex(/^[0-9]{12,19}$/, 'is 12 to 19 digits') }),
})

const time = z.iso.datetime({ precision: 3 })
const currency = z.string().length(3)

const phases = ['upcoming', 'room', 'open', 'paused', 'closed'] as const
export const proofTimes = ['none', 'order', 'reserves'] as const
const itemStates = ['available', 'empty_now', 'sold_through'] as const

export const saleItemSchema = z.object({
  id: z.string(),
  /** The address of its product: /products/{handle}. */
  handle: z.string(),
  title: z.string(),
  variant: z.string(),
  description: z.string(),
  image: z.string(),
  imageAlt: z.string(),
  priceMinor: z.int(),
  /** Price outside the sale; null when there is none to compare with. */
  listPriceMinor: z.int().nullable(),
  currency,
  allocation: z.int(),
  limit: z.int(),
})
export type SaleItem = z.infer<typeof saleItemSchema>

export const saleSchema = z.object({
  id: z.string(),
  slug: z.string(),
  title: z.string(),
  description: z.string(),
  opensAt: time,
  closesAt: time,
  holdSeconds: z.int(),
  paySeconds: z.int(),
  extensions: z.int(),
  /** Whether reserving needs an admission from the waiting room. */
  room: z.boolean(),
  /** When a proof against robots is asked for: never, at the order, or after repeated reserves. */
  proof: z.enum(proofTimes),
  items: z.array(saleItemSchema),
})
/** A sale as anybody may read it. */
export type Sale = z.infer<typeof saleSchema>

/** A product, and every sale that offers it or will, as its page shows it. */
export type Product = {
  handle: string
  title: string
  description: string
  image: string
  imageAlt: string
  variants: { title: string; listPriceMinor: number | null; currency: string }[]
  sales: Sale[]
}

export const liveSchema = z.object({
  now: time,
  epoch: z.string(),
  phase: z.enum(phases),
  opensAt: time,
  closesAt: time,
  items: z.array(
    z.object({
      id: z.string(),
      available: z.int(),
      held: z.int(),
      sold: z.int(),
      allocation: z.int(),
      state: z.enum(itemStates),
    }),
  ),
  room: z
    .object({
      /** SHA-256 of the seed, from the start. */
      commitment: z.string(),
      /** Revealed when the draw is closed. */
      seed: z.string().nullable(),
      joiners: z.int(),
      segments: z.array(z.object({ at: time, base: z.number(), rate: z.number() })),
    })
    .nullable(),
})
/** What changes by the second: counts and phase of one sale. held = open holds + unpaid orders, sold = paid. */
export type Live = z.infer<typeof liveSchema>

/** What a sale takes as a proof against robots; the result is what calls take as `captcha`. */
export const challengeSchema = z.object({
  /** Work to do: its solution, packed, is the captcha. Null where only hCaptcha counts. */
  work: z
    .object({
      parameters: z.record(z.string(), z.unknown()),
      signature: z.string(),
    })
    .nullable(),
  /** What to show the shopper. The token it gives is exchanged for the captcha. Null without keys. */
  hcaptcha: z.object({ siteKey: z.string(), scriptUrl: z.string() }).nullable(),
})
export type Challenge = z.infer<typeof challengeSchema>

/** Good for one use by the buyer it was made for. */
export const proofSchema = z.object({ captcha: z.string(), until: time })

/** A place in a waiting room. The ticket is worth something to the buyer it was made for alone. */
export const placeSchema = z.object({
  kind: z.enum(['draw', 'queue']),
  number: z.int().optional(),
  ticket: z.string(),
})

export const turnSchema = z.union([
  z.object({ admission: z.string(), until: time }),
  z.object({
    /** How many others are in front; null before the draw. */
    position: z.int().nullable(),
    /** If the room goes on as it does now; null while it stands still. */
    etaSeconds: z.int().nullable(),
    /** Whether what is left may reach this place (lib/outlook.ts); null as long as nobody knows. */
    outlook: z.enum(outlooks).nullable(),
  }),
])
export type Turn = z.infer<typeof turnSchema>

export const cartSchema = z.object({
  /** The server's clock when it answered, for a countdown that ignores the browser's. */
  now: time,
  deadline: time,
  /** True while the sale is paused: the deadline stands still. */
  frozen: z.boolean(),
  /** How many extensions are left. */
  extensions: z.int(),
  version: z.int(),
  lines: z.array(
    z.object({
      itemId: z.string(),
      quantity: z.int(),
      units: z.array(z.int()),
      priceMinor: z.int(),
    }),
  ),
  totalMinor: z.int(),
  currency,
})
export type Cart = z.infer<typeof cartSchema>

const orderStates = [
  'confirming',
  'awaiting_payment',
  'capturing',
  'paid',
  'expired',
  'cancelled',
  'rejected',
] as const

export const orderSchema = z.object({
  id: z.string(),
  /** What the buyer reads out on the phone; null until the ledger has the order. */
  number: z.int().nullable(),
  /** `confirming`: queued, the ledger has not decided yet. */
  state: z.enum(orderStates),
  /** Why it is rejected, when more than units that others have was the reason. */
  refusal: z.enum(['limit_reached']).nullable(),
  now: time,
  payBy: time.nullable(),
  saleSlug: z.string(),
  saleTitle: z.string(),
  lines: z.array(
    z.object({
      itemId: z.string(),
      title: z.string(),
      variant: z.string(),
      quantity: z.int(),
      units: z.array(z.int()),
      priceMinor: z.int(),
    }),
  ),
  /** All unit numbers of the order, over all lines; empty unless the ledger owns them for it. */
  units: z.array(z.int()),
  totalMinor: z.int(),
  currency,
  payment: z
    .object({
      state: z.enum(['processing', 'requires_action', 'paid', 'declined']),
      /** What became of a payment that succeeded after its order had ended. */
      late: z.enum(['voided', 'moved']).nullable(),
      movedToOrderId: z.string().nullable(),
    })
    .nullable(),
  /** Lets whoever holds it read this order without the buyer's cookie (`?t=`). */
  token: z.string(),
})
export type Order = z.infer<typeof orderSchema>

export const paymentSchema = z.object({
  state: z.enum(['processing', 'requires_action', 'paid', 'declined']),
  /** What the buyer has to do; only with `requires_action`. */
  action: z.object({ type: z.literal('confirm'), url: z.string() }).optional(),
})
export type Payment = z.infer<typeof paymentSchema>

export const sessionSchema = z.object({ buyerId: z.string(), token: z.string() })

export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  reason: z.string(),
  fields: z.record(z.string(), z.string()).optional(),
  reference: z.string().optional(),
  /** With `too_many_requests`: why, when it is not about the pace of the requests. */
  cause: z.enum(causes).optional(),
})
