import { sql } from 'drizzle-orm'
import { connection } from 'next/server'
import { context } from '@/lib/open-context'
import { refusalFor } from '@/lib/web/faults'
import { respond, toResponse } from '@/lib/web/respond'

/** Both stores answer: send shoppers here. */
export async function GET() {
  await connection()
  const ctx = context()
  try {
    await Promise.all([ctx.redis.ping(), ctx.db.execute(sql`select 1`)])
    return new Response('ok', { headers: { 'cache-control': 'no-store' } })
  } catch (error) {
    return toResponse(respond(refusalFor(ctx, 'readyz', error)))
  }
}
