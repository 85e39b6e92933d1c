import { context } from '@/lib/open-context'
import { refusalFor } from '@/lib/web/faults'
import { answerLive } from '@/lib/web/live'
import { respond } from '@/lib/web/respond'

export async function GET(_request: Request, { params }: { params: Promise<{ slug: string }> }) {
  const { slug } = await params
  try {
    return await answerLive(context(), slug)
  } catch (error) {
    return respond(refusalFor(context(), 'live', error))
  }
}
