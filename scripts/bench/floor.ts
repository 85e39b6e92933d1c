import { sql } from 'drizzle-orm'
import { config } from '../../lib/config'
import { actionId } from './build'
import { openEdge } from './edge'
import { entrySource } from './entries'
import { makeJoiners } from './joins'
import { mostPerSecond } from './ledger'
import { openRivals } from './rivals'
import { hideFromWorker, openSale, openSoldSale } from './sales'
import type { BenchShop } from './shop'

export type BenchFloor = Awaited<ReturnType<typeof openFloor>>

/** What the lines run on: sales with more units than the measurements can use up, the ids of the actions, the rivals. */
export async function openFloor(shop: BenchShop, rounds: number, seconds: number) {
  const { ctx } = shop
  const units = (perSecond: number) => Math.ceil(perSecond * (seconds + 1) * (rounds + 1))
  const claimable = units(2 * mostPerSecond.claim)
  const sales = {
    shop: await openSale(ctx, 'bench-shop', units(4_000)),
    sold: await openSoldSale(ctx, 'bench-sold', 40),
    purchases: await openSale(ctx, 'bench-purchases', units(500)),
    barePurchases: await openSale(ctx, 'bench-bare-purchases', units(500)),
    room: await openSale(ctx, 'bench-room', units(4_000), { room: true }),
    join: await openSale(ctx, 'bench-join', 10, {
      ...{ room: true, opensAt: new Date(Date.now() + 12 * 3_600_000) },
    }),
    bare: await openSale(ctx, 'bench-bare', units(20_000)),
    claims: await openSale(ctx, 'bench-claims', claimable),
  }
  await hideFromWorker(ctx, sales.bare)
  await hideFromWorker(ctx, sales.claims)
  const rivals = await openRivals(shop.databaseUrl)
  // As it is when a sale opens that was published in good time.
  await ctx.db.execute(sql`vacuum (analyze) units`)
  await ctx.db.execute(sql`checkpoint`)
  return {
    shop,
    sales,
    rivals,
    joiners: await makeJoiners(shop, sales.join),
    edge: await openEdge(shop, `/sales/${sales.shop.slug}`),
    actions: {
      noop: actionId('app/bench/[slug]/actions.ts', 'noopAction'),
      reserve: actionId('app/sales/[slug]/actions.ts', 'reserveAction'),
    },
    sources: {
      claim: entrySource(sales.claims, config.claim.batchSize, claimable),
      insert: entrySource(sales.claims, config.claim.batchSize),
      single: entrySource(sales.claims, 1),
    },
  }
}
