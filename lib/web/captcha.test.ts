import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { saleKeys } from '../../db/keys'
import { hcaptchaKeys, type Mood, startHcaptcha } from '../../tests/hcaptcha'
import { granted, tallyOf } from '../../tests/purchase'
import { mintSale, newBuyers, openShop, type Shop } from '../../tests/shop'
import { sized } from '../../tests/size'
import { solve } from '../solve-challenge'
import { checkProof, exchangeToken, newChallenge, type Owner, textOf } from './captcha'
import { newWork } from './work'

let hcaptcha: Awaited<ReturnType<typeof startHcaptcha>>
let shop: Shop
let guarded: Shop
beforeAll(async () => {
  hcaptcha = await startHcaptcha()
  shop = await openShop({ CAPTCHA_COST: '1' })
  guarded = await openShop({ CAPTCHA_COST: '1', ...hcaptcha.env })
})
beforeEach(() => {
  hcaptcha.service.mood = 'well'
})
afterAll(async () => {
  hcaptcha.stop()
  await Promise.all([shop.close(), guarded.close()])
})

const address = '192.0.2.7'
const ownerIn = async (ctx: Shop): Promise<Owner> => {
  const { id } = await mintSale(ctx, { proof: 'order' })
  return { saleId: id, buyerId: newBuyers(1)[0] ?? '' }
}
const exchange = (owner: Owner, token: string, ctx: Shop = guarded) =>
  exchangeToken(ctx, owner, { token, address })

async function solved(ctx: Shop, owner: Owner): Promise<string> {
  const { work } = await newChallenge(ctx, owner)
  if (!work) throw new Error('There is no work to do.')
  return solve(work)
}

const inAMinute = () => Date.now() + 60_000
const aMinuteAgo = () => Date.now() - 60_000

test('attack 11: work that was done proves something for its own buyer, in its own sale, as it was given', async () => {
  const owner = await ownerIn(shop)
  const captcha = await solved(shop, owner)
  const proof = granted(await checkProof(shop, owner, captcha))
  expect(granted(await checkProof(shop, owner, captcha)), 'and is the same proof each time').toEqual(proof)
  expect(await checkProof(shop, owner, undefined)).toMatchObject({ reason: 'captcha_required' })
  const [buyerId = ''] = newBuyers(1)
  for (const other of [
    { ...owner, buyerId },
    { ...owner, saleId: 'sal_000000000000' },
  ])
    expect(await checkProof(shop, other, captcha)).toMatchObject({ reason: 'captcha_failed' })

  const { challenge, solution } = JSON.parse(Buffer.from(captcha, 'base64').toString())
  const packed = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64')
  const withParameters = (change: object) =>
    packed({ challenge: { ...challenge, parameters: { ...challenge.parameters, ...change } }, solution })
  const later = { ...challenge.parameters.data, untilMs: challenge.parameters.data.untilMs + 1 }
  for (const wrong of [
    'x',
    captcha.slice(4),
    packed({}),
    packed(null),
    packed({ challenge, solution: { ...solution, derivedKey: solution.derivedKey.toUpperCase() } }),
    packed({ challenge, solution: { ...solution, derivedKey: '00' } }),
    withParameters({ cost: 2 }),
    withParameters({ nonce: challenge.parameters.nonce.toUpperCase() }),
    withParameters({ keySignature: '' }),
    withParameters({ data: later }),
  ])
    expect(await checkProof(shop, owner, wrong), wrong).toMatchObject({ reason: 'captcha_failed' })
})

test('attack 11: a proof that is too old fails, whichever kind it is of', async () => {
  const owner = await ownerIn(shop)
  const work = await solve(await newWork(shop, owner, aMinuteAgo()))
  expect(await checkProof(shop, owner, work)).toMatchObject({ reason: 'captcha_failed' })
  const id = 'a'.repeat(32)
  const signed = (untilMs: number) => textOf(shop.env.APP_SECRET, owner, { id, untilMs })
  expect(await checkProof(shop, owner, signed(aMinuteAgo()))).toMatchObject({ reason: 'captcha_failed' })
  expect(await checkProof(shop, owner, signed(inAMinute()))).toMatchObject({ ok: true, value: { id } })
})

test('attack 11: what a token was exchanged for is worth nothing to another buyer, in another sale, or edited', async () => {
  const owner = await ownerIn(guarded)
  const { captcha } = granted(await exchange(owner, hcaptcha.mint()))
  expect(await checkProof(guarded, owner, captcha)).toMatchObject({ ok: true })
  const [buyerId = ''] = newBuyers(1)
  const [until = '', id = '', mac = ''] = captcha.split('.')
  expect(await checkProof(guarded, { ...owner, buyerId }, captcha)).toMatchObject({
    reason: 'captcha_failed',
  })
  expect(await checkProof(guarded, await ownerIn(guarded), captcha)).toMatchObject({
    reason: 'captcha_failed',
  })
  for (const wrong of [
    `${Number(until) + 1}.${id}.${mac}`,
    `${until}.${id.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))}.${mac}`,
    `${until}.${id}.${mac.slice(1)}`,
    `${captcha}x`,
    `${until}.${id}.`,
  ])
    expect(await checkProof(guarded, owner, wrong), wrong).toMatchObject({ reason: 'captcha_failed' })
})

test('attack 11: hCaptcha is asked with our secret, our site key and the address of the shopper', async () => {
  const owner = await ownerIn(guarded)
  const response = hcaptcha.mint()
  granted(await exchange(owner, response))
  expect(hcaptcha.asked.at(-1)).toEqual({
    ...{ secret: hcaptchaKeys.secret, sitekey: hcaptchaKeys.siteKey, response, remoteip: address },
  })
})

test.each([
  ['nobody made', () => 'P1_made-up'],
  ['is for another site key', () => hcaptcha.mint({ siteKey: '11111111-0000-4000-8000-000000000000' })],
  ['was solved on another host', () => hcaptcha.mint({ hostname: 'evil.example' })],
  [
    'was solved on a host that only looks like ours',
    () => hcaptcha.mint({ hostname: 'localhost.evil.example' }),
  ],
  ['is too old', () => hcaptcha.mint({ expired: true })],
  ['was used before', () => hcaptcha.mint({ seen: true })],
])('attack 11: a token that %s fails', async (_, token) => {
  expect(await exchange(await ownerIn(guarded), token())).toMatchObject({ reason: 'captcha_failed' })
})

test('a token that failed for its host is used up, and does not become good when it is sent again', async () => {
  const owner = await ownerIn(guarded)
  const token = hcaptcha.mint({ hostname: 'evil.example' })
  for (let time = 0; time < 3; time++)
    expect(await exchange(owner, token)).toMatchObject({ reason: 'captcha_failed' })
})

test('I5: a token whose answer was lost may be sent again by its own buyer, by no other and in no other sale', async () => {
  const owner = await ownerIn(guarded)
  const token = hcaptcha.mint()
  const first = granted(await checkProof(guarded, owner, granted(await exchange(owner, token)).captcha))
  const again = granted(await checkProof(guarded, owner, granted(await exchange(owner, token)).captcha))
  expect(again.id, 'one proof, so good for one use').toBe(first.id)
  const [buyerId = ''] = newBuyers(1)
  expect(await exchange({ ...owner, buyerId }, token)).toMatchObject({ reason: 'captcha_failed' })
  expect(await exchange(await ownerIn(guarded), token)).toMatchObject({ reason: 'captcha_failed' })
})

test('attack 12: of 100 buyers who send one token at once, one gets a proof', async () => {
  const owner = await ownerIn(guarded)
  const token = hcaptcha.mint()
  const all = await Promise.all(newBuyers(100).map((buyerId) => exchange({ ...owner, buyerId }, token)))
  expect(tallyOf(all)).toEqual({ ok: 1, captcha_failed: 99 })
})

test('attack 12: one buyer who sends one token 100 times at once gets one proof, and hCaptcha one question', async () => {
  const owner = await ownerIn(guarded)
  const token = hcaptcha.mint()
  const before = hcaptcha.asked.length
  const all = await Promise.all(Array.from({ length: 100 }, () => exchange(owner, token)))
  expect(hcaptcha.asked.length - before).toBe(1)
  const proofs = await Promise.all(
    all.map(async (each) => granted(await checkProof(guarded, owner, granted(each).captcha)).id),
  )
  expect(new Set(proofs).size).toBe(1)
})

test.each<Mood>(['error', 'html', 'nonsense'])(
  'fault 43: hCaptcha that answers with %s lets nobody through, and says to try again',
  async (mood) => {
    const owner = await ownerIn(guarded)
    const token = hcaptcha.mint()
    hcaptcha.service.mood = mood
    expect(await exchange(owner, token)).toMatchObject({ reason: 'try_again', retryAfterSeconds: 3 })
    hcaptcha.service.mood = 'well'
    expect(await exchange(owner, token), 'the same token is good once it is back').toMatchObject({ ok: true })
  },
)

test('fault 43: hCaptcha that is not there lets nobody through; whoever has a proof needs it no more', async () => {
  const away = { ...guarded, env: { ...guarded.env, HCAPTCHA_API_URL: 'http://127.0.0.1:1' } }
  const owner = await ownerIn(guarded)
  const { captcha } = granted(await exchange(owner, hcaptcha.mint()))
  expect(await exchange(owner, hcaptcha.mint(), away)).toMatchObject({ reason: 'try_again' })
  expect(await checkProof(away, owner, captcha)).toMatchObject({ ok: true })
})

test('fault 43: hCaptcha that is silent is given up', async () => {
  hcaptcha.service.mood = 'silent'
  expect(await exchange(await ownerIn(guarded), hcaptcha.mint())).toMatchObject({ reason: 'try_again' })
})

test('a secret that hCaptcha does not take is our mistake: nobody passes, and nobody is told to solve another one', async () => {
  const wrong = { ...guarded, env: { ...guarded.env, HCAPTCHA_SECRET: 'ES_of-somebody-else' } }
  expect(await exchange(await ownerIn(guarded), hcaptcha.mint(), wrong)).toMatchObject({
    reason: 'try_again',
  })
})

test('beside hCaptcha work counts only where the shop says so: a robot would choose the cheaper of the two', async () => {
  const owner = await ownerIn(guarded)
  expect(await newChallenge(guarded, owner)).toEqual({
    work: null,
    hcaptcha: { siteKey: hcaptchaKeys.siteKey, scriptUrl: hcaptcha.env.HCAPTCHA_SCRIPT_URL },
  })
  const work = await solve(await newWork(guarded, owner, inAMinute()))
  expect(await checkProof(guarded, owner, work)).toMatchObject({ reason: 'captcha_failed' })
  const either = { ...guarded, env: { ...guarded.env, HCAPTCHA_OR_WORK: '1' as const } }
  expect(await newChallenge(either, owner)).toMatchObject({ work: { parameters: {} }, hcaptcha: {} })
  expect(await checkProof(either, owner, work)).toMatchObject({ ok: true })
})

test('without keys there is work alone, and no token to exchange', async () => {
  const owner = await ownerIn(shop)
  expect(await newChallenge(shop, owner)).toMatchObject({ hcaptcha: null, work: { parameters: {} } })
  expect(await exchange(owner, hcaptcha.mint(), shop)).toMatchObject({ reason: 'not_found' })
})

test('however many tokens are exchanged, a sale remembers them in the same few kilobytes', async () => {
  const { saleId } = await ownerIn(guarded)
  const exchanged = sized(1_000, 50_000)
  const bytes = async () => Number(await guarded.redis.exec(['MEMORY', 'USAGE', saleKeys(saleId).marks]))
  const keysBefore = await guarded.redis.dbsize()
  for (let done = 0; done < exchanged; done += 50)
    await Promise.all(
      newBuyers(50).map(async (buyerId) => granted(await exchange({ saleId, buyerId }, hcaptcha.mint()))),
    )
  // Twice 12 KiB, and what Redis keeps about a key.
  expect(await bytes()).toBeLessThan(25 * 1024)
  expect(await guarded.redis.dbsize(), 'one key for all of them').toBe(keysBefore + 1)
})
