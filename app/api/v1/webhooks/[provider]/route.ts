import { context } from '@/lib/open-context'
import { toResponse } from '@/lib/web/respond'
import { answerWebhook } from '@/lib/web/webhook'

export async function POST(request: Request, { params }: { params: Promise<{ provider: string }> }) {
  const { provider } = await params
  return toResponse(await answerWebhook(context(), provider, request))
}
