import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  check,
  doublePrecision,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
} from 'drizzle-orm/pg-core'
import { config } from '../lib/config'
import { proofTimes } from '../lib/contract'
import { roles } from '../lib/permissions'

/**
 * The ledger: who owns which unit, and what was paid. Every key of a sale's data begins with `sale_id`, so that it
 * partitions and shards by sale. Constraints restate the invariants: what a verb decides, the schema re-checks.
 */
const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' })

export const products = pgTable(
  'products',
  {
    id: text('id').primaryKey(),
    /** Its address: /products/[handle]. */
    handle: text('handle').notNull().unique(),
    title: text('title').notNull(),
    description: text('description').notNull(),
    image: text('image').notNull(),
    imageAlt: text('image_alt').notNull(),
  },
  (t) => [check('products_handle', sql`${t.handle} ~ '^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$'`)],
)

export const variants = pgTable(
  'variants',
  {
    id: text('id').primaryKey(),
    productId: text('product_id')
      .notNull()
      .references(() => products.id),
    title: text('title').notNull(),
    /** Price outside any sale, in minor units; null when there is none to compare with. */
    listPriceMinor: integer('list_price_minor'),
    currency: text('currency').notNull(),
  },
  (t) => [
    index('variants_product').on(t.productId),
    check('variants_price', sql`${t.listPriceMinor} >= 0`),
    check('variants_currency', sql`${t.currency} ~ '^[A-Z]{3}$'`),
  ],
)

/** Open and closed follow from the clock; these two are the merchant's. */
export const saleStates = ['draft', 'published'] as const

export const sales = pgTable(
  'sales',
  {
    id: text('id').primaryKey(),
    slug: text('slug').notNull().unique(),
    title: text('title').notNull(),
    description: text('description').notNull(),
    state: text('state', { enum: saleStates }).notNull().default('draft'),
    opensAt: instant('opens_at').notNull(),
    closesAt: instant('closes_at').notNull(),
    currency: text('currency').notNull(),
    holdSeconds: integer('hold_seconds').notNull(),
    paySeconds: integer('pay_seconds').notNull(),
    /** How many times a buyer may extend a hold. */
    extensions: integer('extensions').notNull(),
    /** A unit that comes back can be reserved again after a random part of this. */
    returnMs: integer('return_ms').notNull().default(config.hold.returnMs),
    /** When buyers are asked for a proof against robots; a waiting room asks in any case. */
    proof: text('proof', { enum: proofTimes }).notNull().default('none'),
    /** While set, the sale is paused and its clock stands still. */
    pausedAt: instant('paused_at'),
    /** Length of all ended pauses. The sale's clock is now() (or paused_at) less this. */
    pausedMs: bigint('paused_ms', { mode: 'number' }).notNull().default(0),
    /** Number of the current Redis state, raised at each rebuild, and a nonce that tells two rebuilds apart. */
    epoch: integer('epoch').notNull().default(0),
    nonce: text('nonce').notNull().default(''),
    /** Part of the demo shop: renewed at the next start once it has ended. */
    demo: boolean('demo').notNull().default(false),
  },
  (t) => [
    check('sales_window', sql`${t.closesAt} > ${t.opensAt}`),
    check('sales_hold', sql`${t.holdSeconds} between 1 and 3600`),
    check('sales_pay', sql`${t.paySeconds} between 1 and 86400`),
    check('sales_extensions', sql`${t.extensions} between 0 and 5`),
    check('sales_return', sql`${t.returnMs} between 0 and 3600000`),
    check('sales_paused', sql`${t.pausedMs} >= 0`),
    check('sales_proof', sql`${t.proof} in ('none', 'order', 'reserves')`),
    check('sales_currency', sql`${t.currency} ~ '^[A-Z]{3}$'`),
    check('sales_slug', sql`${t.slug} ~ '^[a-z0-9][a-z0-9-]{0,63}$'`),
  ],
)

export const items = pgTable(
  'items',
  {
    saleId: text('sale_id')
      .notNull()
      .references(() => sales.id),
    id: text('id').notNull(),
    /** 1, 2, 3 … within the sale: the order on the page and the prefix of its numbers in Redis. */
    position: integer('position').notNull(),
    variantId: text('variant_id')
      .notNull()
      .references(() => variants.id),
    priceMinor: integer('price_minor').notNull(),
    allocation: integer('allocation').notNull(),
    limitPerBuyer: integer('limit_per_buyer').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.saleId, t.id] }),
    uniqueIndex('items_position').on(t.saleId, t.position),
    // In which sales a product is offered.
    index('items_variant').on(t.variantId),
    check('items_price', sql`${t.priceMinor} >= 0`),
    check('items_allocation', sql`${t.allocation} between 1 and 5000000`),
    check('items_limit', sql`${t.limitPerBuyer} >= 1`),
  ],
)

/**
 * The waiting room of a sale that has one: nobody reserves there without an admission. It must not forget, whatever
 * Redis does, its seed, whose hash is public from the start, how many had
 * joined when the draw closed, and up to which number places in the queue behind the draw have been handed out.
 */
export const rooms = pgTable(
  'rooms',
  {
    saleId: text('sale_id')
      .primaryKey()
      .references(() => sales.id),
    /** 32 random bytes as hex, secret until the draw. */
    seed: text('seed').notNull(),
    /** The most joiners that were counted before the draw: what is left of them if Redis loses its count. */
    seen: integer('seen').notNull().default(0),
    /** Frozen at the draw; null before it. */
    joiners: integer('joiners'),
    /** Numbers of the queue below this one may have been handed out. */
    reserved: bigint('reserved', { mode: 'number' }).notNull().default(0),
    /** The merchant's own rate in admissions a second; null leaves it to the backlog. */
    manualRate: doublePrecision('manual_rate'),
  },
  (t) => [
    check('rooms_seed', sql`${t.seed} ~ '^[0-9a-f]{64}$'`),
    check(
      'rooms_counts',
      sql`${t.seen} >= 0 and ${t.reserved} >= 0 and (${t.joiners} is null or ${t.joiners} >= 0)`,
    ),
    check('rooms_rate', sql`${t.manualRate} is null or ${t.manualRate} >= 0`),
  ],
)

/**
 * How far the room has admitted: from `at_ms` (on Redis' clock) on everybody in front of `base` + `rate` a second. Each
 * begins where the one before has got to, so the threshold never moves back.
 */
export const roomSegments = pgTable(
  'room_segments',
  {
    saleId: text('sale_id').notNull(),
    number: integer('number').notNull(),
    atMs: bigint('at_ms', { mode: 'number' }).notNull(),
    base: doublePrecision('base').notNull(),
    rate: doublePrecision('rate').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.saleId, t.number] }),
    check('room_segments_rate', sql`${t.rate} >= 0 and ${t.base} >= 0`),
  ],
)

/**
 * One row a unit, minted when the sale is published. `order_id` is one nullable column: a unit can't have two orders
 * (I1). It has no index and no foreign key on purpose: a claim stays a heap-only update, and orders are never deleted.
 */
export const units = pgTable(
  'units',
  {
    saleId: text('sale_id').notNull(),
    itemId: text('item_id').notNull(),
    number: integer('number').notNull(),
    orderId: text('order_id'),
  },
  (t) => [
    primaryKey({ columns: [t.saleId, t.itemId, t.number] }),
    check('units_number', sql`${t.number} >= 1`),
  ],
)

export const ledgerOrderStates = [
  'awaiting_payment',
  'capturing',
  'paid',
  'expired',
  'cancelled',
  'rejected',
] as const

export const orders = pgTable(
  'orders',
  {
    saleId: text('sale_id').notNull(),
    id: text('id').notNull(),
    /** What the buyer reads out on the phone. */
    number: bigint('number', { mode: 'number' }).notNull().generatedAlwaysAsIdentity({ startWith: 100001 }),
    buyerId: text('buyer_id').notNull(),
    holdId: text('hold_id').notNull(),
    /** Digest of the checkout details: the same idempotency key with other details is an error (I4). */
    bodyHash: text('body_hash').notNull(),
    state: text('state', { enum: ledgerOrderStates }).notNull(),
    totalMinor: bigint('total_minor', { mode: 'number' }).notNull(),
    currency: text('currency').notNull(),
    /** On the sale's clock, which stands still while the sale is paused. */
    payBy: instant('pay_by').notNull(),
    placedAt: instant('placed_at').notNull().default(sql`now()`),
    paidAt: instant('paid_at'),
    email: text('email').notNull(),
    /** Keyed hash of the mailbox, by which the limit counts beside the buyer. */
    contact: text('contact').notNull().default(''),
    /** Why a rejected order was, when it was its buyer's doing. */
    refusal: text('refusal', { enum: ['limit_reached'] }),
    /** Name and address as JSON text: written once, shown to its buyer and on the label, never searched. */
    details: text('details').notNull(),
    /** Its entry in the orders stream. */
    entryId: text('entry_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.saleId, t.id] }),
    // I4. A rejected order leaves its hold to the order that the hold already has. Without its condition the index would
    // also look as good as the primary key to Postgres, as long as the table is empty, and its plans outlive that.
    uniqueIndex('orders_one_per_hold').on(t.saleId, t.holdId).where(sql`state <> 'rejected'`),
    // The order of the team's list. Nothing else looks for a number, and new ones go to its end.
    index('orders_number').on(t.number),
    // The time first: led by the sale it would look as good as the primary key for one order of a table without
    // statistics, and read every unpaid order of the sale instead.
    index('orders_due').on(t.payBy, t.saleId).where(sql`state = 'awaiting_payment'`),
    check(
      'orders_state',
      sql`${t.state} in ('awaiting_payment', 'capturing', 'paid', 'expired', 'cancelled', 'rejected')`,
    ),
    check('orders_total', sql`${t.totalMinor} >= 0`),
    check('orders_paid', sql`(${t.state} = 'paid') = (${t.paidAt} is not null)`),
  ],
)

export const orderLines = pgTable(
  'order_lines',
  {
    saleId: text('sale_id').notNull(),
    orderId: text('order_id').notNull(),
    itemId: text('item_id').notNull(),
    /** The units the order was promised. While it is alive or paid, exactly these rows of `units` name it (I2). */
    numbers: integer('numbers').array().notNull(),
    priceMinor: integer('price_minor').notNull(),
  },
  (t) => [
    // No foreign key: checking it row by row was a third of a claim's time (docs/decisions/0010). `verify` checks it.
    primaryKey({ columns: [t.saleId, t.orderId, t.itemId] }),
    check('order_lines_numbers', sql`cardinality(${t.numbers}) >= 1`),
    check('order_lines_price', sql`${t.priceMinor} >= 0`),
  ],
)

/** How many units of an item a buyer has in living or paid orders: the limit outlives Redis (I6). */
export const buyerCounts = pgTable(
  'buyer_counts',
  {
    saleId: text('sale_id').notNull(),
    itemId: text('item_id').notNull(),
    buyerId: text('buyer_id').notNull(),
    quantity: integer('quantity').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.saleId, t.itemId, t.buyerId] }),
    check('buyer_counts_quantity', sql`${t.quantity} >= 0`),
  ],
)

/** The same for each contact, since one person has as many buyer ids as browsers (I6). */
export const contactCounts = pgTable(
  'contact_counts',
  {
    saleId: text('sale_id').notNull(),
    itemId: text('item_id').notNull(),
    contact: text('contact').notNull(),
    quantity: integer('quantity').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.saleId, t.itemId, t.contact] }),
    check('contact_counts_quantity', sql`${t.quantity} >= 0`),
  ],
)

/**
 * creating: the provider was asked, its answer is not known. requires_action, processing: it waits for the buyer, for
 * the bank. authorised: money is set aside. capturing, captured: it is ours. declined, voided: nothing was charged.
 */
export const paymentStates = [
  'creating',
  'requires_action',
  'processing',
  'authorised',
  'capturing',
  'captured',
  'declined',
  'voided',
] as const

export const payments = pgTable(
  'payments',
  {
    saleId: text('sale_id').notNull(),
    id: text('id').notNull(),
    orderId: text('order_id').notNull(),
    /** The ended order that a late payment was made for, when it was moved to a new one. */
    movedFromOrderId: text('moved_from_order_id'),
    provider: text('provider').notNull(),
    /** The provider's own id; null until its first answer. Our `id` is the idempotency key, so it can be looked up. */
    reference: text('reference'),
    /** Last four digits of the card: tells a repeated attempt from another card. */
    lastFour: text('last_four').notNull(),
    state: text('state', { enum: paymentStates }).notNull(),
    amountMinor: bigint('amount_minor', { mode: 'number' }).notNull(),
    currency: text('currency').notNull(),
    createdAt: instant('created_at').notNull().default(sql`now()`),
    updatedAt: instant('updated_at').notNull().default(sql`now()`),
  },
  (t) => [
    primaryKey({ columns: [t.saleId, t.id] }),
    foreignKey({ columns: [t.saleId, t.orderId], foreignColumns: [orders.saleId, orders.id] }),
    // I3: an order has at most one payment that can still take money or has taken it.
    uniqueIndex('payments_one_live').on(t.saleId, t.orderId).where(sql`state not in ('declined', 'voided')`),
    index('payments_by_id').on(t.id),
    // Every reading of an order looks for its latest payment. The order first, for the reason of `orders_due`.
    index('payments_of_order').on(t.orderId, t.saleId),
    index('payments_moved_from').on(t.saleId, t.movedFromOrderId).where(sql`moved_from_order_id is not null`),
    index('payments_open').on(t.updatedAt).where(sql`state not in ('declined', 'voided', 'captured')`),
    check('payments_amount', sql`${t.amountMinor} >= 0`),
    check(
      'payments_state',
      sql`${t.state} in ('creating', 'requires_action', 'processing', 'authorised', 'capturing', 'captured', 'declined', 'voided')`,
    ),
  ],
)

/** People who sign in. Shoppers need none to buy. */
export const accounts = pgTable(
  'accounts',
  {
    id: text('id').primaryKey(),
    email: text('email').notNull().unique(),
    name: text('name').notNull(),
    /** Argon2id; null for somebody who has no password. */
    passwordHash: text('password_hash'),
    role: text('role', { enum: roles }).notNull(),
    /** Raised to end every session of this account. */
    stamp: integer('stamp').notNull().default(0),
    createdAt: instant('created_at').notNull().default(sql`now()`),
  },
  (t) => [
    index('accounts_role').on(t.role),
    check('accounts_email', sql`${t.email} = lower(${t.email})`),
    check('accounts_role', sql`${t.role} in ('shopper', 'viewer', 'staff', 'owner')`),
  ],
)

/** What people of the shop changed. Rows are only ever added: a trigger refuses everything else (0012_audit_only_grows.sql). */
export const auditEntries = pgTable(
  'audit_entries',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    at: instant('at').notNull().default(sql`now()`),
    /** Null for a command that an operator ran. */
    accountId: text('account_id'),
    /** Who it was, in words that stay when the account is gone. */
    actor: text('actor').notNull(),
    action: text('action').notNull(),
    /** The id of what was changed. */
    subject: text('subject').notNull(),
    reason: text('reason').notNull(),
    before: jsonb('before').$type<Record<string, unknown>>(),
    after: jsonb('after').$type<Record<string, unknown>>(),
  },
  (t) => [index('audit_entries_subject').on(t.subject, t.id)],
)
