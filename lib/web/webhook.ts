import type { Context } from '../context'
import { receiveWebhook } from '../payments/webhook'
import { refused } from '../result'
import type { ApiRequest } from './api-request'
import { refusalFor } from './faults'
import { readBytes } from './read-json'
import { type Reply, respond } from './respond'

/** The provider's own calls: the signature covers the raw body, so it is read as bytes and never re-serialised. */
export async function answerWebhook(ctx: Context, provider: string, request: ApiRequest): Promise<Reply> {
  try {
    if (provider !== ctx.provider.name) return respond(refused('not_found'))
    const body = await readBytes(request)
    if (!body.ok) return respond(body)
    return respond(await receiveWebhook(ctx, new TextDecoder().decode(body.value), request.headers))
  } catch (error) {
    return respond(refusalFor(ctx, 'webhook', error))
  }
}
