import { context } from '@/lib/open-context'
import { answerSession } from '@/lib/web/session'

export const POST = (request: Request) => answerSession(context(), request)
