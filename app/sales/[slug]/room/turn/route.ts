import { connection } from 'next/server'
import { context } from '@/lib/open-context'
import { beginWait, goOn } from '@/lib/web/place'

type Given = RouteContext<'/sales/[slug]/room/turn'>

/** The form of the waiting room without JavaScript. */
export async function POST(request: Request, { params }: Given): Promise<Response> {
  await connection()
  return beginWait(context(), request, (await params).slug)
}

/** Where its page goes by itself, to come back with what it was time for. */
export async function GET(request: Request, { params }: Given): Promise<Response> {
  await connection()
  return goOn(context(), request, (await params).slug)
}
