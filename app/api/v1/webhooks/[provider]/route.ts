import { context } from '@/lib/open-context'
import { answerWebhook } from '@/lib/web/webhook'

export async function POST(request: Request, { params }: { params: Promise<{ provider: string }> }) {
  const { provider } = await params
  return answerWebhook(context(), provider, request)
}
