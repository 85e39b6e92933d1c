import { orderSchema } from '../../lib/contract'
import { signSandboxWebhook } from '../../lib/payments/sandbox'
import { intentsOf } from '../../tests/purchase'
import { cards } from '../../tests/shop'
import { type Buyer, test as base, expectRefused, granted } from '../rig/api'
import type { Answer } from '../rig/call'
import { unchanged } from '../rig/snapshot'
import { expect } from '../rig/test'

type Deliver = (body: string | Buffer, signature?: string) => Promise<Answer>

const seconds = () => Math.floor(Date.now() / 1000)

const test = base.extend<{ deliver: Deliver; sign: (body: string, at?: number) => string }>({
  async deliver({ anyone }, use) {
    await use((body, signature) =>
      anyone('/api/v1/webhooks/sandbox', {
        method: 'POST',
        body,
        headers: {
          'content-type': 'application/json',
          ...(signature !== undefined && { 'sandbox-signature': signature }),
        },
      }),
    )
  },
  async sign({ settings }, use) {
    await use((body, at = seconds()) => signSandboxWebhook(settings.SANDBOX_WEBHOOK_SECRET, body, at))
  },
})

/** An order whose payment waits for its buyer, and what the provider knows of it. */
async function waiting(
  buyer: Buyer,
  sale: Parameters<Buyer['order']>[0],
  ctx: Parameters<typeof intentsOf>[0],
) {
  await buyer.reserve(sale, 1)
  const { id } = granted(await buyer.order(sale), orderSchema, 201)
  await buyer.pay(id, cards.asks)
  const [intent] = await intentsOf(ctx, id)
  if (!intent) throw new Error('The provider has no such payment.')
  const payment = {
    reference: intent.id,
    key: intent.key,
    state: 'captured',
    amountMinor: intent.amountMinor,
    currency: intent.currency,
  }
  return { id, payment }
}

const event = (payment: object) => JSON.stringify({ id: 'evt_1', type: 'payment.captured', payment })

test('unsigned, wrongly signed, old, from the future, altered or re-serialised: refused, and nothing is paid', async ({
  newBuyer,
  mint,
  ctx,
  deliver,
  sign,
}) => {
  const sale = await mint()
  const buyer = newBuyer()
  const { payment } = await waiting(buyer, sale, ctx)
  const body = event(payment)
  const good = sign(body)
  const forged: [string | Buffer, string | undefined][] = [
    [body, undefined],
    [body, ''],
    [body, 't=1'],
    [body, `t=${seconds()},v1=${'0'.repeat(64)}`],
    [body, signSandboxWebhook('another secret', body, seconds())],
    [body, sign(body, seconds() - 3_600)],
    [body, sign(body, seconds() + 3_600)],
    [body, good.replace(/^t=\d+/, `t=${seconds() + 1}`)],
    [body, `${good},v1=${'0'.repeat(64)}`],
    [body, good.toUpperCase()],
    [event({ ...payment, amountMinor: 1 }), good],
    [JSON.stringify(JSON.parse(body), null, 1), good],
    [`${body}\n`, good],
    [Buffer.from(body, 'utf16le'), good],
  ]
  await unchanged(ctx, sale, buyer, async () => {
    for (const [sent, signature] of forged) expectRefused(await deliver(sent, signature), 'forbidden')
  })
})

test('a real signature on a lie: the provider is asked, and its word counts', async ({
  newBuyer,
  mint,
  ctx,
  deliver,
  sign,
}) => {
  const sale = await mint()
  const buyer = newBuyer()
  const { id, payment } = await waiting(buyer, sale, ctx)
  const sent = (changes: object) => {
    const body = event({ ...payment, ...changes })
    return deliver(body, sign(body))
  }
  await unchanged(ctx, sale, buyer, async () => {
    expectRefused(await sent({ amountMinor: 1 }), 'invalid_input')
    expectRefused(await sent({ amountMinor: '1990' }), 'forbidden')
    expectRefused(await sent({ currency: 'JPY' }), 'invalid_input')
    expectRefused(await sent({ key: 'pay_unknown' }), 'not_found')
    expect((await sent({})).status).toBe(200)
    expect((await sent({ state: 'authorised' })).status).toBe(200)
  })
  expect(granted(await buyer.read(id), orderSchema).state).toBe('awaiting_payment')
})

test('signed nonsense is refused, not a fault', async ({ deliver, sign }) => {
  for (const body of [
    '',
    'null',
    '[]',
    '{}',
    '{"payment":null}',
    '{"payment":{}}',
    '{"payment":{"key":{"a":1}}}',
    '"x"',
  ]) {
    const answer = await deliver(body, sign(body))
    expect([400, 403, 404], `${body}: ${answer.text}`).toContain(answer.status)
  }
  const large = JSON.stringify({ payment: 'x'.repeat(40_000) })
  expectRefused(await deliver(large, sign(large)), 'too_large')
})

test('the same webhook ten times at once, and again later, is one payment', async ({
  newBuyer,
  mint,
  ctx,
  deliver,
  sign,
}) => {
  const sale = await mint()
  const buyer = newBuyer()
  const { id, payment } = await waiting(buyer, sale, ctx)
  await ctx.provider.confirm(payment.reference)
  const body = event({ ...payment, state: 'authorised' })
  const signature = sign(body)
  const answers = await Promise.all(Array.from({ length: 10 }, () => deliver(body, signature)))
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
  expect(granted(await buyer.read(id), orderSchema).state).toBe('paid')
  expect((await deliver(body, signature)).status).toBe(200)
  expect((await intentsOf(ctx, id)).map(({ captures, voids }) => [captures, voids])).toEqual([[1, 0]])
})

test('another provider, and another method, lead nowhere', async ({ anyone, sign }) => {
  const body = '{}'
  const headers = { 'sandbox-signature': sign(body), 'content-type': 'application/json' }
  expectRefused(await anyone('/api/v1/webhooks/stripe', { method: 'POST', body, headers }), 'not_found')
  expect((await anyone('/api/v1/webhooks/sandbox')).status).toBe(405)
})
