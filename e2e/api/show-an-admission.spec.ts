import { spawnSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { liveSchema, turnSchema } from '../../lib/contract'
import { join } from '../../lib/rooms/join'
import { setRate } from '../../lib/rooms/set-rate'
import { admissionOf, ticketOf, waitFrom } from '../../lib/rooms/ticket'
import { controlSale } from '../../lib/sales/control'
import type { SaleRecord } from '../../lib/sales/record'
import { granted as grantedBy } from '../../tests/purchase'
import { itemOf } from '../../tests/shop'
import { type Anyone, type Buyer, expectRefused, granted, test } from '../rig/api'
import { actionCall, actionId } from '../rig/forms'
import { unchanged } from '../rig/snapshot'
import { expect } from '../rig/test'

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** What somebody might show in place of an admission. */
function forgedOf(
  secret: string,
  owner: { saleId: string; buyerId: string },
  { later, elsewhere, other }: { later: number; elsewhere: string; other: string },
): Record<string, string | undefined> {
  const good = admissionOf(secret, owner, later)
  const [until = '', mac = ''] = good.split('.')
  const [, ticketMac] = ticketOf(secret, owner, { kind: 'draw' }).split('.')
  return {
    nothing: undefined,
    'an empty one': '',
    'its end moved': `${Number(until) + 1}.${mac}`,
    'its signature cut': `${until}.${mac.slice(0, -1)}`,
    'its signature changed': `${until}.${mac.slice(1)}${mac[0] === 'A' ? 'B' : 'A'}`,
    'no signature': `${until}.`,
    'only its end': until,
    'something after it': `${good}.${mac}`,
    'one that is over': admissionOf(secret, owner, Date.now() - 1_000),
    'of another buyer': admissionOf(secret, { ...owner, buyerId: other }, later),
    'of another sale': admissionOf(secret, { ...owner, saleId: elsewhere }, later),
    'signed with another secret': admissionOf('x'.repeat(32), owner, later),
    'a ticket': ticketOf(secret, owner, { kind: 'draw' }),
    'a ticket after an end': `${until}.${ticketMac}`,
    'a wait': waitFrom(secret, owner, later),
    'a token without an algorithm': `${base64url({ alg: 'none' })}.${base64url({ ...owner, exp: later })}.`,
    'a token signed by the shopper': `${base64url({ alg: 'HS256' })}.${base64url(owner)}.${createHmac('sha256', '').update(base64url(owner)).digest('base64url')}`,
    'no number': `NaN.${mac}`,
    'a number beyond numbers': `9999999999999999.${mac}`,
    'a very long one': `${until}.${mac.repeat(100)}`,
  }
}

/** An attempt to reserve with what is shown as an admission; answers the reason, or undefined when units are held. */
type Mount = (buyer: Buyer, sale: SaleRecord, admission: string | undefined) => Promise<string | undefined>

/** Every way in which the shop takes a reserve. */
function mountsOf(anyone: Anyone, origin: string): Record<string, Mount> {
  const put = async (buyer: Buyer, path: string, admission: string | undefined) => {
    const headers = { authorization: `Bearer ${buyer.token}`, ...(admission !== undefined && { admission }) }
    const answer = await anyone(path, { method: 'PUT', headers, json: { quantity: 1 } })
    if (answer.status === 200) return undefined
    expectRefused(answer, 'not_admitted')
    return 'not_admitted'
  }
  const pathOf = (slug: string, sale: SaleRecord) => `/api/v1/sales/${slug}/cart/items/${itemOf(sale)}`
  return {
    'the fast route': (buyer, sale, admission) => put(buyer, pathOf(sale.slug, sale), admission),
    // An encoded letter: the fast routes leave that to Next, which has the same call mounted.
    'the route of Next': (buyer, sale, admission) =>
      put(buyer, pathOf(`%${sale.slug.charCodeAt(0).toString(16)}${sale.slug.slice(1)}`, sale), admission),
    'the fast route by a cookie': async (buyer, sale, admission) => {
      const cookie = `buyer=${buyer.token}; admission-${sale.slug}=${admission ?? ''}`
      const answer = await anyone(pathOf(sale.slug, sale), {
        ...{ method: 'PUT', headers: { cookie, origin }, json: { quantity: 1 } },
      })
      if (answer.status === 200) return undefined
      expectRefused(answer, 'not_admitted')
      return 'not_admitted'
    },
    'the action of the sale': (buyer, sale, admission) => act(buyer, sale, admission, `/sales/${sale.slug}`),
    'the action of the cart': (buyer, sale, admission) => act(buyer, sale, admission, '/cart'),
  }

  async function act(buyer: Buyer, sale: SaleRecord, admission: string | undefined, page: string) {
    const file = page === '/cart' ? 'app/cart/actions.ts' : 'app/sales/[slug]/actions.ts'
    const fields = [
      ['slug', sale.slug],
      ['itemId', itemOf(sale)],
      ['quantity', '1'],
    ] as const
    const cookie = `buyer=${buyer.token}; admission-${sale.slug}=${admission ?? ''}`
    const { text } = await anyone(
      page,
      actionCall(actionId(file, 'reserveAction'), fields, { cookie, origin }),
    )
    const [, reason] = /"reason":"(\w+)"/.exec(text) ?? []
    if (reason === undefined) expect(text).toContain('"ok":true')
    return reason
  }
}

for (const name of [
  'the fast route',
  'the route of Next',
  'the fast route by a cookie',
  'the action of the sale',
  'the action of the cart',
]) {
  test(`I17, 13: ${name} refuses no admission and a forged one, and takes a good one`, async ({
    newBuyer,
    anyone,
    mint,
    ctx,
    settings,
    baseURL,
  }) => {
    const [sale, elsewhere] = [await mint({ room: true }), await mint({ room: true })]
    const [buyer, other] = [newBuyer(), newBuyer()]
    const mount = mountsOf(anyone, baseURL ?? '')[name] as Mount
    const secret = settings.APP_SECRET
    const ownerOf = ({ buyerId }: Buyer) => ({ saleId: sale.id, buyerId })
    const later = Date.now() + 600_000
    const forge = (of: Buyer) =>
      forgedOf(secret, ownerOf(of), { later, elsewhere: elsewhere.id, other: other.buyerId })
    await unchanged(ctx, sale, buyer, async () => {
      for (const what of Object.keys(forge(buyer))) {
        // Another buyer for each, because one may not try so often.
        const forger = newBuyer()
        expect(await mount(forger, sale, forge(forger)[what]), what).toBe('not_admitted')
      }
    })
    const good = admissionOf(secret, ownerOf(buyer), later)
    expect(await mount(other, sale, good), 'shown by another buyer').toBe('not_admitted')
    expect(await mount(buyer, elsewhere, good), 'shown in another sale').toBe('not_admitted')
    expect(await mount(buyer, sale, good)).toBeUndefined()
    expect((await buyer.cart(sale)).status).toBe(200)
  })
}

test('13: a ticket or an admission that is no text of ours is refused, whatever bytes it has', async ({
  newBuyer,
  mint,
  settings,
}) => {
  const sale = await mint({ room: true })
  const buyer = newBuyer()
  const owner = { saleId: sale.id, buyerId: buyer.buyerId }
  const ticket = ticketOf(settings.APP_SECRET, owner, { kind: 'draw' })
  for (const odd of [
    `${ticket.slice(0, -1)}é`,
    `${ticket.slice(0, -1)}\u0000`,
    'd.',
    `q1.${'€'.repeat(32)}`,
  ]) {
    const answer = await buyer.send('POST', `/sales/${sale.slug}/room/admission`, { json: { ticket: odd } })
    expectRefused(answer, 'forbidden')
  }
  const admission = admissionOf(settings.APP_SECRET, owner, Date.now() + 600_000)
  const headers = { admission: Buffer.from(`${admission.slice(0, -1)}é`, 'latin1').toString('latin1') }
  const answer = await buyer.send('PUT', `/sales/${sale.slug}/cart/items/${itemOf(sale)}`, {
    ...{ json: { quantity: 1 }, headers },
  })
  expectRefused(answer, 'not_admitted')
})

test('I17: a script that knows nothing of the shop verifies the draw from what it published', async ({
  newBuyer,
  anyone,
  mint,
  ctx,
}) => {
  const anHour = 3_600_000
  const sale = await mint({
    ...{ room: true, opensAt: new Date(Date.now() + anHour), closesAt: new Date(Date.now() + 2 * anHour) },
  })
  await setRate(ctx, sale.id, 0)
  const liveOf = async () => granted(await anyone(`/api/v1/sales/${sale.slug}/live`), liveSchema).room
  const promised = (await liveOf())?.commitment
  const joined = await Promise.all(
    Array.from({ length: 30 }, async () => {
      const buyer = newBuyer()
      return { buyer, ...grantedBy(await join(ctx, { sale, buyerId: buyer.buyerId })) }
    }),
  )
  await controlSale(ctx, sale.id, { opensAt: new Date(Date.now() - 1_000), closesAt: sale.closesAt })
  await expect.poll(async () => (await liveOf())?.seed).not.toBeNull()
  const room = await liveOf()
  expect(room?.commitment, 'the promise of before').toBe(promised)
  const draws = await Promise.all(
    joined.map(async ({ buyer, ticket }) => {
      const turn = granted(
        await buyer.send('POST', `/sales/${sale.slug}/room/admission`, { json: { ticket } }),
        turnSchema,
      )
      return { buyerId: buyer.buyerId, position: 'position' in turn ? turn.position : 'admitted' }
    }),
  )
  const published = { ...room, saleId: sale.id, draws }
  const verify = (input: object) =>
    spawnSync(process.execPath, ['tests/verify-draw.mjs'], { input: JSON.stringify(input), encoding: 'utf8' })
  expect(verify(published)).toMatchObject({ status: 0, stdout: '30 draws are right\n' })
  expect(verify({ ...published, seed: '0'.repeat(64) }).status).toBe(1)
})
