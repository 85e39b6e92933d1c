import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { inArray, sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Database } from '../../db/postgres'
import { events, intents } from '../../db/sandbox-schema'
import { config } from '../config'
import type { Provider, ProviderPayment } from './types'

type State = ProviderPayment['state']

const cards: Record<string, { state: State; late?: true }> = {
  '4242424242424242': { state: 'authorised' },
  '4000000000000002': { state: 'declined' },
  '4000000000003220': { state: 'requires_action' },
  '4000000000000259': { state: 'processing', late: true },
}

/** How long after the order's deadline the late card succeeds: past any tick of the worker that expires orders. */
const lateByMs = 3_000

const newEventId = () => `evt_${randomBytes(12).toString('base64url')}`

type IntentRow = { id: string; key: string; amount_minor: string; currency: string; state: State }

const toPayment = (intent: IntentRow): ProviderPayment => ({
  reference: intent.id,
  key: intent.key,
  state: intent.state,
  amountMinor: Number(intent.amount_minor),
  currency: intent.currency,
})

/** A late card's yes arrives by itself once its time has come. */
const ripen = (db: Database) =>
  db.execute(sql`
    with ripe as (
      update ${intents} set state = 'authorised' where state = 'processing' and succeeds_at <= now() returning id
    ) insert into ${events} (id, intent_id, type) select 'evt_late_' || id, id, 'payment.authorised' from ripe`)

/**
 * A payment company of our own for demos, rehearsals and tests: test cards instead of money, with the calls, delays and
 * signed webhooks of a real one. It keeps its books in a schema of its own that no verb of the shop reads.
 */
export function createSandbox(db: Database, webhookSecret: string): Provider {
  /** Compare-and-set on the provider's side, with its webhook: a repeated call finds the state already reached. */
  async function move(reference: string, from: State[], to: State): Promise<ProviderPayment> {
    const [moved] = await db.execute<IntentRow>(sql`
      with moved as (
        update ${intents} set state = ${to}, captures = captures + ${to === 'captured' ? 1 : 0}::int,
          voids = voids + ${to === 'voided' ? 1 : 0}::int
        where id = ${reference} and state = any(${sql.param(from)}::text[]) returning *
      ), announced as (
        insert into ${events} (id, intent_id, type) select ${newEventId()}, id, 'payment.' || state from moved
      ) select * from moved`)
    if (moved) return toPayment(moved)
    const [intent] = await db.execute<IntentRow>(sql`select * from ${intents} where id = ${reference}`)
    if (!intent) throw new Error('The sandbox has no such payment.')
    return toPayment(intent)
  }

  return {
    name: 'sandbox',
    async authorise({ key, amountMinor, currency, card, payBy }) {
      const rule = cards[card] ?? { state: 'declined' as const }
      const succeedsAt = rule.late ? new Date(payBy.getTime() + lateByMs).toISOString() : null
      const [created] = await db.execute<IntentRow>(sql`
        with created as (
          insert into ${intents} (id, key, amount_minor, currency, state, succeeds_at)
          values (${`pi_${randomBytes(12).toString('base64url')}`}, ${key}, ${amountMinor}, ${currency}, ${rule.state},
            ${succeedsAt}::timestamptz)
          on conflict (key) do nothing returning *
        ), announced as (
          insert into ${events} (id, intent_id, type)
          select ${newEventId()}, id, 'payment.' || state from created where state <> 'processing'
        ) select * from created`)
      if (created) return toPayment(created)
      const known = await this.find(key)
      if (!known) throw new Error('The sandbox lost a payment.')
      return known
    },
    confirm: (reference) => move(reference, ['requires_action'], 'authorised'),
    capture: (reference) => move(reference, ['authorised'], 'captured'),
    void: (reference) => move(reference, ['authorised', 'requires_action', 'processing'], 'voided'),
    async find(key) {
      await ripen(db)
      const [intent] = await db.execute<IntentRow>(sql`select * from ${intents} where key = ${key}`)
      return intent ? toPayment(intent) : null
    },
    readWebhook: (body, headers) => readSandboxWebhook(webhookSecret, body, headers),
  }
}

/** `t=<seconds>,v1=<HMAC-SHA256 of "t.body">`, the scheme of the large providers. */
export function signSandboxWebhook(secret: string, body: string, atSeconds: number): string {
  const mac = createHmac('sha256', secret).update(`${atSeconds}.${body}`).digest('hex')
  return `t=${atSeconds},v1=${mac}`
}

function readSandboxWebhook(
  secret: string,
  body: string,
  headers: Pick<Headers, 'get'>,
): ProviderPayment | null {
  const match = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(headers.get('sandbox-signature') ?? '')
  if (!match) return null
  const at = Number(match[1])
  if (Math.abs(Date.now() / 1000 - at) > config.payment.webhookToleranceSeconds) return null
  const expected = Buffer.from(signSandboxWebhook(secret, body, at).slice(-64))
  if (!timingSafeEqual(expected, Buffer.from(match[2] ?? ''))) return null
  try {
    return eventSchema.parse(JSON.parse(body)).payment
  } catch {
    return null
  }
}

const eventSchema = z.object({
  payment: z.object({
    reference: z.string(),
    key: z.string(),
    state: z.enum(['requires_action', 'processing', 'authorised', 'captured', 'declined', 'voided']),
    amountMinor: z.int(),
    currency: z.string(),
  }),
})

type Delivery = (body: string, signature: string) => Promise<boolean>

/**
 * Sends the webhooks that are due, as the provider's own delivery would: at least once, in no promised order, again
 * with growing delay until the shop answers 2xx. Returns how many were delivered.
 */
export async function deliverSandboxEvents(db: Database, secret: string, deliver: Delivery): Promise<number> {
  await ripen(db)
  // Taking them pushes their next try into the future: a crash in between only delays them.
  const due = await db.execute<IntentRow & { event: string; type: string }>(sql`
    with due as (
      update ${events} set attempts = attempts + 1, deliver_at = now() + least(power(2, attempts), 300) * interval '1 second'
      where id in (select id from ${events} where not delivered and deliver_at <= now() and attempts < 12
                   order by deliver_at limit 50 for update skip locked)
      returning id as event, type, intent_id)
    select due.event, due.type, i.* from due join ${intents} i on i.id = due.intent_id`)
  const told = due.map(async ({ event, type, ...intent }) => {
    const payment = { ...toPayment(intent), state: type.slice('payment.'.length) }
    const body = JSON.stringify({ id: event, type, payment })
    const heard = await deliver(body, signSandboxWebhook(secret, body, Math.floor(Date.now() / 1000)))
    return heard ? [event] : []
  })
  const delivered = (await Promise.all(told)).flat()
  if (delivered.length > 0)
    await db.update(events).set({ delivered: true }).where(inArray(events.id, delivered))
  return delivered.length
}
