import { Readable } from 'node:stream'
import { connection, type NextRequest } from 'next/server'
import { context } from '@/lib/open-context'
import { writeOrdersCsv } from '@/lib/orders/csv'
import { admit } from '@/lib/web/admin'
import { respond, toResponse } from '@/lib/web/respond'
import { readOrdersQuery } from '../query'

/** The orders of the list as a file, streamed while the ledger is read. */
export async function GET(request: NextRequest): Promise<Response> {
  await connection()
  const account = await admit('orders.export')
  if (!account.ok) return toResponse(respond(account))
  const { search, state, saleId } = readOrdersQuery(Object.fromEntries(request.nextUrl.searchParams))
  const file = writeOrdersCsv(context(), { search, state, saleId })
  return new Response(Readable.toWeb(file) as ReadableStream<Uint8Array>, {
    headers: {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="orders.csv"',
      'cache-control': 'private, no-store',
      'x-content-type-options': 'nosniff',
    },
  })
}
