import { and, eq, gt, sql } from 'drizzle-orm'
import { sales } from '../../db/schema'
import { config } from '../config'
import type { Context } from '../context'
import { controlSale } from './control'
import { createSale } from './create'
import { type DemoSale, demoSales } from './demo-sales'
import { publishSale } from './publish'

const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000)

/** Makes the demo sales that are missing, and makes again the ones that have ended. */
export async function renewDemo(ctx: Context): Promise<void> {
  for (const demo of demoSales) {
    const [existing] = await ctx.db
      .select({ id: sales.id, closesAt: sales.closesAt })
      .from(sales)
      .where(and(eq(sales.slug, demo.slug), eq(sales.demo, true)))
    // The one that shows an ended sale is made again before it drops out of the list.
    const keepsMs = demo.closesAfter < 0 ? (config.worker.afterCloseHours - 8) * 3_600_000 : 0
    if (existing && existing.closesAt.getTime() + keepsMs > Date.now()) continue
    if (existing) await retire(ctx, existing.id, demo.slug)
    await make(ctx, demo)
  }
}

/** Orders of an ended sale keep it: only its address is freed for the next one. */
async function retire(ctx: Context, saleId: string, slug: string) {
  await ctx.db
    .update(sales)
    .set({ slug: `${slug}-${saleId.slice(4)}`, demo: false })
    .where(eq(sales.id, saleId))
}

async function make(ctx: Context, demo: DemoSale) {
  const { opensAfter, closesAfter, ...sale } = demo
  const made = await createSale(ctx, {
    ...sale,
    opensAt: inSeconds(opensAfter),
    closesAt: inSeconds(closesAfter),
  })
  if (!made.ok) throw new Error(`The demo sale ${demo.slug} can't be made: its address is taken.`)
  await publishSale(ctx, made.value.saleId)
}

/**
 * Moves the upcoming demo sale to two minutes from now: called when the first visitor comes, so that whoever starts
 * the shop can see a sale open.
 */
export async function wakeDemo(ctx: Context): Promise<void> {
  if (ctx.env.STAMPEDE_DEMO !== '1') return
  // A restart in the two minutes before it opens must not move it again.
  const soon = sql`now() + make_interval(secs => ${config.demo.opensAfterFirstRequestSeconds})`
  const upcoming = await ctx.db
    .select({
      id: sales.id,
      lengthMs: sql<number>`extract(epoch from ${sales.closesAt} - ${sales.opensAt})::float8 * 1000`,
    })
    .from(sales)
    .where(and(eq(sales.demo, true), eq(sales.state, 'published'), gt(sales.opensAt, soon)))
  for (const sale of upcoming) {
    const opensAt = inSeconds(config.demo.opensAfterFirstRequestSeconds)
    await controlSale(ctx, sale.id, { opensAt, closesAt: new Date(opensAt.getTime() + sale.lengthMs) })
  }
}
