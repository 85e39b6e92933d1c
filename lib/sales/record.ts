import { asc, eq, inArray, type SQL, sql } from 'drizzle-orm'
import { items, products, roomSegments, rooms, sales, variants } from '../../db/schema'
import type { Context } from '../context'
import type { Sale } from '../contract'
import { commitmentOf } from '../draw'
import type { Segment } from '../segments'

/** A sale as the server knows it: its row, its items in page order, and the epoch its scripts must name. */
export type SaleRecord = typeof sales.$inferSelect & {
  epochText: string
  /** Its waiting room; null when everybody may reserve. */
  room: RoomRecord | null
  items: (typeof items.$inferSelect & {
    handle: string
    title: string
    variant: string
    description: string
    image: string
    imageAlt: string
    listPriceMinor: number | null
  })[]
}

/** What every process knows of a waiting room. The seed is there once the draw is closed. */
export type RoomRecord = {
  commitment: string
  seed: string | null
  joiners: number | null
  manualRate: number | null
  /** The last ones, oldest first: the current one and what has been announced. */
  segments: Segment[]
}

/** The current segment, the announced one, and enough before them for a process that is a little behind. */
const segmentsKept = 8

async function readRooms(ctx: Pick<Context, 'db'>, saleIds: string[]): Promise<Map<string, RoomRecord>> {
  // One question for all of them: every process asks it once a second for each sale that somebody looks at.
  const rows = await ctx.db
    .select({
      room: rooms,
      segments: sql<Segment[]>`coalesce((
        select json_agg(json_build_object('atMs', s.at_ms, 'base', s.base, 'rate', s.rate) order by s.number)
        from (select * from ${roomSegments} where sale_id = ${rooms}.sale_id
              order by number desc limit ${segmentsKept}) s), '[]')`,
    })
    .from(rooms)
    .where(inArray(rooms.saleId, saleIds))
  return new Map(
    rows.map(({ room: { saleId, seed, joiners, manualRate }, segments }) => [
      saleId,
      {
        ...{ commitment: commitmentOf(seed), seed: joiners === null ? null : seed, joiners, manualRate },
        segments,
      },
    ]),
  )
}

/** The epoch as scripts compare it: the ledger's number and a nonce that tells two rebuilds of it apart. */
export const epochText = (sale: { epoch: number; nonce: string }) => `${sale.epoch}-${sale.nonce}`

/** Reads whole sales from the ledger, in order of opening. */
export async function readSales(ctx: Pick<Context, 'db'>, where: SQL): Promise<SaleRecord[]> {
  const rows = await ctx.db.select().from(sales).where(where).orderBy(asc(sales.opensAt), asc(sales.id))
  if (rows.length === 0) return []
  const lines = await ctx.db
    .select({
      item: items,
      handle: products.handle,
      title: products.title,
      variant: variants.title,
      description: products.description,
      image: products.image,
      imageAlt: products.imageAlt,
      listPriceMinor: variants.listPriceMinor,
    })
    .from(items)
    .innerJoin(variants, eq(variants.id, items.variantId))
    .innerJoin(products, eq(products.id, variants.productId))
    .where(
      inArray(
        items.saleId,
        rows.map((row) => row.id),
      ),
    )
    .orderBy(asc(items.position))
  const roomOf = await readRooms(
    ctx,
    rows.map((row) => row.id),
  )
  return rows.map((row) => ({
    ...row,
    epochText: epochText(row),
    room: roomOf.get(row.id) ?? null,
    items: lines
      .filter((line) => line.item.saleId === row.id)
      .map(({ item, ...described }) => ({ ...item, ...described })),
  }))
}

/** What anybody may know of a sale. */
export function toPublicSale(sale: SaleRecord): Sale {
  return {
    id: sale.id,
    slug: sale.slug,
    title: sale.title,
    description: sale.description,
    opensAt: sale.opensAt.toISOString(),
    closesAt: sale.closesAt.toISOString(),
    holdSeconds: sale.holdSeconds,
    paySeconds: sale.paySeconds,
    extensions: sale.extensions,
    room: sale.room !== null,
    proof: sale.proof,
    items: sale.items.map((item) => ({
      id: item.id,
      handle: item.handle,
      title: item.title,
      variant: item.variant,
      description: item.description,
      image: item.image,
      imageAlt: item.imageAlt,
      priceMinor: item.priceMinor,
      listPriceMinor: item.listPriceMinor,
      currency: sale.currency,
      allocation: item.allocation,
      limit: item.limitPerBuyer,
    })),
  }
}
