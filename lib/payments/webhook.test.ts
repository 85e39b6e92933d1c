import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeUnheardOf, receive, ripenLateCard, takeWebhooks, type Webhook } from '../../tests/provider'
import { bought, intentsOf, payFor, placed } from '../../tests/purchase'
import { cards, mintSale, openShop, orderRecord, type Shop } from '../../tests/shop'
import { expectSound } from '../../tests/sound'
import { signSandboxWebhook } from './sandbox'
import { sweepPayments } from './sweep'

let shop: Shop
let twin: Shop
beforeAll(async () => {
  shop = await openShop()
  twin = await openShop({ DATABASE_URL: shop.databaseUrl })
})
afterAll(() => Promise.all([shop.close(), twin.close()]))

const stateOf = async (orderId: string) => (await orderRecord(shop, orderId)).state
const now = () => Math.floor(Date.now() / 1000)
const sign = (body: string, at = now()) => signSandboxWebhook(shop.env.SANDBOX_WEBHOOK_SECRET, body, at)

/** The buyer confirmed at their bank and closed the page: only the provider knows. */
async function confirmedAtTheBank() {
  const sale = await mintSale(shop)
  const { id } = await placed(shop, sale)
  await payFor(shop, id, cards.asks)
  await takeWebhooks(shop)
  const [intent] = await intentsOf(shop, id)
  await shop.provider.confirm(intent?.id ?? '')
  return { sale, id, webhooks: await takeWebhooks(shop) }
}

test('I5: one webhook ten times at once, in two processes, takes the money once (fault 27)', async () => {
  const { sale, id, webhooks } = await confirmedAtTheBank()
  expect(webhooks.map(({ type }) => type)).toEqual(['payment.authorised'])
  const copies = webhooks.flatMap((webhook) => Array.from({ length: 10 }, () => webhook))
  const answers = await Promise.all(copies.map((copy, i) => receive(i % 2 ? shop : twin, copy)))
  expect(answers).toEqual(Array.from({ length: 10 }, () => ({ ok: true, value: null })))
  expect(await stateOf(id)).toBe('paid')
  expect(await intentsOf(shop, id)).toMatchObject([{ captures: 1, voids: 0 }])
  expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 1 })
})

test('I5: webhooks in any order, and all of them again, end in the same state (fault 28)', async () => {
  for (const turn of [0, 1, 2]) {
    const sale = await mintSale(shop)
    const { id } = await placed(shop, sale)
    await takeWebhooks(shop)
    await payFor(shop, id, cards.asks)
    const [intent] = await intentsOf(shop, id)
    await shop.provider.confirm(intent?.id ?? '')
    const told = await takeWebhooks(shop)
    expect(told.map(({ type }) => type).toSorted()).toEqual(['payment.authorised', 'payment.requires_action'])
    const inOrder = (last: Webhook[]) =>
      [...told, ...last].toSorted((a, b) =>
        turn === 1 ? a.type.localeCompare(b.type) : b.type.localeCompare(a.type),
      )
    for (const webhook of inOrder([])) await receive(shop, webhook)
    const captured = await takeWebhooks(shop)
    expect(captured.map(({ type }) => type)).toEqual(['payment.captured'])
    for (const webhook of inOrder(captured)) await receive(shop, webhook)
    expect(await stateOf(id)).toBe('paid')
    expect(await intentsOf(shop, id)).toMatchObject([{ captures: 1, voids: 0 }])
    expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 1 })
  }
})

test('I8: a webhook that never comes: the provider is asked (fault 29)', async () => {
  const { sale, id } = await confirmedAtTheBank()
  expect(await stateOf(id)).toBe('awaiting_payment')
  await makeUnheardOf(shop, id)
  await Promise.all([sweepPayments(shop), sweepPayments(twin)])
  expect(await stateOf(id)).toBe('paid')
  expect(await intentsOf(shop, id)).toMatchObject([{ captures: 1, voids: 0 }])
  const lost = await placed(shop, sale)
  await payFor(shop, lost.id, cards.late)
  await ripenLateCard(shop, lost.id)
  await makeUnheardOf(shop, lost.id)
  await sweepPayments(shop)
  expect(await stateOf(lost.id)).toBe('paid')
  expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 2 })
})

test('I3: a webhook that is unsigned, old, altered or signed by another key changes nothing', async () => {
  const { sale, id, webhooks } = await confirmedAtTheBank()
  const [{ body, signature } = { body: '', signature: '' }] = webhooks
  const forbidden = { ok: false, reason: 'forbidden' }
  const forged = [
    { body, signature: '' },
    { body, signature: signature.replace(/v1=.{4}/, 'v1=0000') },
    { body, signature: sign(body, now() - 301) },
    { body, signature: sign(body, now() + 301) },
    { body: `${body} `, signature },
    { body, signature: signSandboxWebhook('another secret of 32 characters!!', body, now()) },
  ]
  for (const each of forged) expect(await receive(shop, { ...each, type: '' })).toEqual(forbidden)
  expect(await stateOf(id)).toBe('awaiting_payment')
  expect(await receive(shop, { body, signature: sign(body, now() - 60), type: '' })).toMatchObject({
    ok: true,
  })
  expect(await stateOf(id)).toBe('paid')
  expect(await expectSound(shop, sale.id)).toMatchObject({ paid: 1 })
})

test('I3: a signed webhook that names another amount, currency or payment changes nothing', async () => {
  const { sale, id, webhooks } = await confirmedAtTheBank()
  const told = JSON.parse(webhooks[0]?.body ?? '')
  const wrong = [
    [{ amountMinor: 1 }, 'invalid_input'],
    [{ currency: 'USD' }, 'invalid_input'],
    [{ key: 'pay_of-nobody' }, 'not_found'],
  ] as const
  for (const [change, reason] of wrong) {
    const body = JSON.stringify({ ...told, payment: { ...told.payment, ...change } })
    expect(await receive(shop, { body, signature: sign(body), type: '' })).toMatchObject({ reason })
  }
  expect(await stateOf(id)).toBe('awaiting_payment')
  expect(await expectSound(shop, sale.id)).toMatchObject({ unpaid: 1 })
})

test('I3: a signed webhook is a hint: what happened is what the provider says when it is asked', async () => {
  const sale = await mintSale(shop)
  const asks = await placed(shop, sale)
  await payFor(shop, asks.id, cards.asks)
  const [webhook] = await takeWebhooks(shop)
  const told = JSON.parse(webhook?.body ?? '')
  for (const state of ['captured', 'authorised', 'voided']) {
    const body = JSON.stringify({ ...told, payment: { ...told.payment, state } })
    expect(await receive(shop, { body, signature: sign(body), type: '' })).toMatchObject({ ok: true })
    expect(await stateOf(asks.id)).toBe('awaiting_payment')
  }
  await bought(shop, sale)
  expect(await expectSound(shop, sale.id)).toMatchObject({ unpaid: 1, paid: 1 })
})
