import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { config } from '../../lib/config'
import type { Context } from '../../lib/context'
import { cartSchema, liveSchema, orderSchema, paymentSchema } from '../../lib/contract'
import { verifySale } from '../../lib/repairs/verify'
import type { SaleRecord } from '../../lib/sales/record'
import { sized } from '../../tests/size'
import { type Anyone, type Buyer, expectRefused, granted } from '../rig/api'
import type { Answer } from '../rig/call'
import { test } from '../rig/own-shop'
import { blockedScripts } from '../rig/policy'
import { expect } from '../rig/test'

test.describe.configure({ mode: 'serial', timeout: 120_000 })

/** The probes of a shop with a store down: the process lives, and nobody should be sent to it. */
async function expectDown(anyone: Anyone) {
  await expect.poll(async () => (await anyone('/readyz')).status, { intervals: [50] }).toBe(503)
  expectRefused(await anyone('/readyz'), 'try_again')
  expect((await anyone('/livez')).status).toBe(200)
}

const untilReady = (anyone: Anyone) =>
  expect.poll(async () => (await anyone('/readyz')).status, { intervals: [50], timeout: 30_000 }).toBe(200)

/** Pages that are the same for everybody need no store. */
async function expectPublicPages(anyone: Anyone, sale: SaleRecord) {
  for (const path of ['/', '/sales', `/sales/${sale.slug}`, `/products/${sale.items[0]?.handle}`]) {
    const page = await anyone(path)
    expect(page.status, path).toBe(200)
    expect(page.text).toContain('</html>')
  }
}

/** A page that needs what is down says so in HTML alone: no empty cart, no missing order, and nothing of the inside. */
async function expectSorry(anyone: Anyone, path: string, { cookie }: Buyer) {
  const page = await anyone(path, { headers: { cookie } })
  expect(page.status, path).toBeGreaterThanOrEqual(500)
  expect(page.headers['cache-control'], path).toMatch(/no-store/)
  expect(page.text, 'readable without scripts').toMatch(/<h1>We could not make this page\.<\/h1>/)
  expect(page.text).toContain('your cart is kept')
  expect(blockedScripts(page.text, page.headers['content-security-policy'] ?? '')).toEqual([])
  expect(page.text, path).not.toMatch(/postgres:\/\/|redis:\/\/|ECONN|Failed query|\bat \S+ \(/)
  const shown = page.text.replace(/<script\b[\s\S]*?<\/script>/g, '')
  expect(shown, path).not.toMatch(/Nothing in it yet|There is no such page|There is nothing to check out/)
}

async function ordered(buyer: Buyer, sale: SaleRecord) {
  granted(await buyer.reserve(sale, 1), cartSchema)
  return granted(await buyer.order(sale), orderSchema, 201)
}

async function expectPaid(buyer: Buyer, orderId: string) {
  expect(granted(await buyer.pay(orderId), paymentSchema)).toEqual({ state: 'paid' })
  expect(granted(await buyer.read(orderId), orderSchema).state).toBe('paid')
}

/** Every invariant holds, and exactly these units are paid for, in carts, and free. */
async function expectSound(
  ctx: Context,
  sale: SaleRecord,
  counts: { sold: number; held: number; free: number },
) {
  const { checks, items } = await verifySale(ctx, sale)
  expect(checks.filter(({ ok }) => !ok)).toEqual([])
  expect(items).toMatchObject([{ ...counts, owned: counts.sold, leaked: 0 }])
}

/** Each line that the server wrote once it ran is one of its log, without an address, a statement or a buyer in it. */
function expectCleanLog(file: string) {
  const text = readFileSync(file, 'utf8')
  const lines = text.slice(text.indexOf('{"level":30')).split('\n').filter(Boolean)
  expect(lines.filter((line) => !line.startsWith('{"level":'))).toEqual([])
  expect(lines.filter((line) => /\bselect\b|byr_|postgres:\/\/|redis:\/\/|"level":60/i.test(line))).toEqual(
    [],
  )
}

test('I16: with Redis killed nothing is promised, pages stay up, and carts are there when it is back', async ({
  anyone,
  newBuyer,
  mint,
  ctx,
  outages,
}) => {
  const sale = await mint({ allocation: 10 })
  const [holder, payer, late] = [newBuyer(), newBuyer(), newBuyer()]
  const cart = granted(await holder.reserve(sale, 2), cartSchema)
  const { id } = await ordered(payer, sale)
  await expectPublicPages(anyone, sale)
  const restart = await outages.crash('redis')

  await expectDown(anyone)
  for (const answer of await Promise.all([
    late.reserve(sale, 1),
    holder.reserve(sale, 3),
    holder.cart(sale),
    holder.extend(sale),
    holder.release(sale),
    holder.order(sale, 'key-00000001'),
    payer.pay(id),
    payer.cancel(id),
  ])) {
    expectRefused(answer, 'try_again')
  }
  await expect(async () => expectRefused(await readLive(anyone, sale), 'try_again')).toPass({
    timeout: 10_000,
  })
  await expectPublicPages(anyone, sale)
  await expectSorry(anyone, '/cart', holder)
  await expectSorry(anyone, `/checkout?sale=${sale.slug}`, holder)
  const page = await anyone(`/orders/${id}`, { headers: { cookie: payer.cookie } })
  expect(page.text, 'an order that exists can be seen').toContain('Pay to make it yours')

  await restart()
  await untilReady(anyone)
  expect(granted(await holder.cart(sale), cartSchema).lines).toEqual(cart.lines)
  await expectPaid(payer, id)
  const own = granted(await holder.order(sale, 'key-00000001'), orderSchema, 201)
  await expectPaid(holder, own.id)
  granted(await late.reserve(sale, 1), cartSchema)
  await expectSound(ctx, sale, { sold: 3, held: 1, free: 6 })
  expectCleanLog(outages.serverLog)
})

/** What a poller is told: that nobody knows, or something no older than the shop allows itself. */
async function readLive(anyone: Anyone, sale: SaleRecord): Promise<Answer> {
  const askedAt = Date.now()
  const answer = await anyone(`/api/v1/sales/${sale.slug}/live`)
  if (answer.status === 200) {
    const age = askedAt - Date.parse(granted(answer, liveSchema).now)
    expect(age, 'milliseconds').toBeLessThan(config.live.staleAfterMs + config.redis.commandTimeoutMs)
  }
  return answer
}

test('I16: while Redis stands still everybody gets a definite answer; then it goes on, and nothing is sold twice (fault 17)', async ({
  anyone,
  newBuyer,
  mint,
  ctx,
  outages,
}) => {
  const [stock, crowd] = [10, 40]
  const sale = await mint({ allocation: stock })
  const holder = newBuyer()
  granted(await holder.reserve(sale, 2), cartSchema)
  const buyers = Array.from({ length: crowd }, newBuyer)
  const goOn = await outages.suspend('redis')
  const stoodStill = sleep(sized(5_000, 10_000)).then(goOn)
  let unknown = 0
  /** Says it again until there is a yes or a no: each time they are told something. */
  const insist = async (buyer: Buyer): Promise<boolean> => {
    for (;;) {
      const answer = await buyer.reserve(sale, 1)
      if (answer.status === 200) return granted(answer, cartSchema).lines.length === 1
      if (answer.status === 409) return false
      expectRefused(answer, answer.status === 429 ? 'too_many_requests' : 'try_again')
      unknown += 1
      await sleep(200)
    }
  }
  const asked = Promise.all(buyers.map(insist))
  expectRefused(await holder.cart(sale), 'try_again')
  expectRefused(await holder.order(sale, 'key-00000001'), 'try_again')
  expect((await anyone('/livez')).status).toBe(200)
  await expectPublicPages(anyone, sale)

  await stoodStill
  const got = (await asked).filter(Boolean).length
  expect(unknown, 'all of them were told that nobody knows').toBeGreaterThanOrEqual(crowd)
  expect(got, 'what was sent to a Redis that stood still and ran later took nothing from anybody').toBe(
    stock - 2,
  )
  await expectSound(ctx, sale, { sold: 0, held: stock, free: 0 })
  const own = granted(await holder.order(sale, 'key-00000001'), orderSchema, 201)
  await expectPaid(holder, own.id)
  await expectSound(ctx, sale, { sold: 2, held: stock - 2, free: 0 })
  expectCleanLog(outages.serverLog)
})

test('I16: with Postgres killed orders queue and none is a yes; when it is back they can be paid', async ({
  anyone,
  newBuyer,
  mint,
  ctx,
  outages,
}) => {
  const [sale, unseen] = [await mint({ allocation: 10 }), await mint()]
  const [buyer, payer, late] = [newBuyer(), newBuyer(), newBuyer()]
  const { id } = await ordered(payer, sale)
  granted(await buyer.reserve(sale, 2), cartSchema)
  await expectPublicPages(anyone, sale)
  const restart = await outages.crash('postgres')

  await expectDown(anyone)
  granted(await late.reserve(sale, 1), cartSchema)
  const queued = granted(await buyer.order(sale, 'key-00000001'), orderSchema, 202)
  expect(queued).toMatchObject({ state: 'confirming', number: null, units: [], payment: null })
  const again = granted(await buyer.order(sale, 'key-00000001'), orderSchema, 202)
  expect(again).toMatchObject({ id: queued.id, state: 'confirming' })
  for (const answer of await Promise.all([
    buyer.read(queued.id),
    buyer.pay(queued.id),
    buyer.cancel(queued.id),
    payer.read(id),
    payer.pay(id),
    payer.confirm(id),
  ])) {
    expectRefused(answer, 'try_again')
  }
  const counts = async () => granted(await readLive(anyone, sale), liveSchema).items
  await expect.poll(counts).toMatchObject([{ available: 6, held: 4, sold: 0 }])
  await expectPublicPages(anyone, sale)
  await expectSorry(anyone, `/orders/${id}`, payer)
  await expectSorry(anyone, `/orders/${queued.id}`, buyer)
  await expectSorry(anyone, '/cart', late)
  await expectSorry(anyone, `/sales/${unseen.slug}`, late)

  await restart()
  await untilReady(anyone)
  const state = async () => orderSchema.safeParse((await buyer.read(queued.id)).json).data?.state
  await expect.poll(state, { intervals: [100], timeout: 30_000 }).toBe('awaiting_payment')
  await expectPaid(buyer, queued.id)
  await expectPaid(payer, id)
  expect((await anyone(`/sales/${unseen.slug}`)).status, 'no failure was kept').toBe(200)
  await expectSound(ctx, sale, { sold: 3, held: 1, free: 6 })
  expectCleanLog(outages.serverLog)
})
