import { context } from '@/lib/open-context'
import { answerLive } from '@/lib/web/live'
import { toResponse } from '@/lib/web/respond'

export async function GET(_request: Request, { params }: { params: Promise<{ slug: string }> }) {
  const { slug } = await params
  return toResponse(await answerLive(context(), slug))
}
