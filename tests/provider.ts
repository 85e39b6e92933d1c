import { eq, sql } from 'drizzle-orm'
import { intents } from '../db/sandbox-schema'
import { payments } from '../db/schema'
import type { Context } from '../lib/context'
import { deliverSandboxEvents } from '../lib/payments/sandbox'
import { type Provider, ProviderSilent } from '../lib/payments/types'
import { receiveWebhook } from '../lib/payments/webhook'
import type { Result } from '../lib/result'

type Call = 'authorise' | 'confirm' | 'capture' | 'void' | 'find'

/** A shop whose provider does what it is asked, and whose answer to these calls gets lost on the way back. */
export function silentAfter<C extends Context>(ctx: C, ...calls: Call[]): C {
  return withProvider(ctx, calls, (run) => run().then(() => Promise.reject(new ProviderSilent('lost'))))
}

/** A shop whose calls of these kinds never reach the provider. */
export function silentBefore<C extends Context>(ctx: C, ...calls: Call[]): C {
  return withProvider(ctx, calls, () => Promise.reject(new ProviderSilent('lost')))
}

function withProvider<C extends Context>(
  ctx: C,
  calls: Call[],
  change: (run: () => Promise<unknown>) => Promise<never>,
): C {
  const { provider } = ctx
  const changed: Partial<Provider> = {}
  for (const call of calls) {
    const run = provider[call].bind(provider) as (argument: unknown) => Promise<unknown>
    Object.assign(changed, { [call]: (argument: unknown) => change(() => run(argument)) })
  }
  return { ...ctx, provider: { ...provider, ...changed } }
}

/** Makes an order's payments ones that nobody has heard of for a minute, so that the worker asks about them. */
export async function makeUnheardOf(ctx: Context, orderId: string): Promise<void> {
  const ago = sql`now() - interval '1 minute'`
  await ctx.db.update(payments).set({ createdAt: ago, updatedAt: ago }).where(eq(payments.orderId, orderId))
}

/** The bank says yes to the late card now, instead of seconds after the order's deadline. */
export async function ripenLateCard(ctx: Context, orderId: string): Promise<void> {
  await ctx.db.execute(sql`
    update ${intents} set succeeds_at = now() where key in (select id from ${payments} where order_id = ${orderId})`)
}

export type Webhook = { body: string; signature: string; type: string }

/** Takes what the provider wants to tell, without telling it. */
export async function takeWebhooks(ctx: Context): Promise<Webhook[]> {
  const taken: Webhook[] = []
  await deliverSandboxEvents(ctx.db, ctx.env.SANDBOX_WEBHOOK_SECRET, async (body, signature) => {
    taken.push({ body, signature, type: JSON.parse(body).type })
    return true
  })
  return taken
}

export const receive = (ctx: Context, { body, signature }: Webhook): Promise<Result<null>> =>
  receiveWebhook(ctx, body, new Headers({ 'sandbox-signature': signature }))

/** Tells the shop everything the provider has to tell. */
export async function deliverWebhooks(ctx: Context): Promise<void> {
  for (const webhook of await takeWebhooks(ctx)) await receive(ctx, webhook)
}
