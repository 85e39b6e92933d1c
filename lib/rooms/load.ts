import { eq } from 'drizzle-orm'
import { runScript } from '../../db/define-script'
import { claimGroup, saleKeys } from '../../db/keys'
import { items } from '../../db/schema'
import type { Context } from '../context'
import { loadScript } from './load.lua'
import type { Load } from './pace'
import { readLateness } from './pulse'

/** The load of a sale now; null while Redis has no state of it. */
export async function readLoad(ctx: Context, saleId: string): Promise<Load | null> {
  const rows = await ctx.db.select({ id: items.id }).from(items).where(eq(items.saleId, saleId))
  const reply = await runScript(ctx.redis, loadScript, saleKeys(saleId), {
    itemIds: rows.map(({ id }) => id),
    group: claimGroup,
  })
  return reply.code === 'ok' ? { ...reply, lateMs: await readLateness(ctx) } : null
}
