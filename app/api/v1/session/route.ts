import { context } from '@/lib/open-context'
import { toResponse } from '@/lib/web/respond'
import { answerSession } from '@/lib/web/session'

export const POST = async (request: Request) => toResponse(await answerSession(context(), request))
