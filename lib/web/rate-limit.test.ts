import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { closeRedis, createRedis } from '../../db/redis'
import { startRestGateway } from '../../tests/rest-gateway'
import { openRedis, testRedisUrl, transports } from '../../tests/stores'
import { newBuyerId } from '../id'
import { limits } from './limits'
import { createLocalFloor } from './local-floor'
import { networkOf, trustIn } from './network'
import { type CheckLimit, createLimiter } from './rate-limit'

/** A network of its own for each test: buckets live in Redis, and a second run must not meet those of the first. */
const freshAddress = () => `2001:db8:${randomBytes(2).toString('hex')}:${randomBytes(2).toString('hex')}::1`
const trusted = '10.1.2.3'
const trustedNetworks = ['10.0.0.0/8']
const times = <T>(count: number, run: () => T) => Array.from({ length: count }, run)
const passed = (verdicts: { ok: boolean }[]) => verdicts.filter((verdict) => verdict.ok).length
const { burst } = limits.order.perIdentity

describe.each(transports)('limits over %s', (transport) => {
  let link: Awaited<ReturnType<typeof openRedis>>
  let checkLimit: CheckLimit
  let commands = 0
  beforeAll(async () => {
    link = await openRedis(transport)
    link.redis.use((request, next) => {
      commands += 1
      return next(request)
    })
    checkLimit = createLimiter(link.redis, trustedNetworks)
    // The limiter's script is loaded by its first use.
    await checkLimit('order', { buyerId: newBuyerId(), address: freshAddress() })
  })
  afterAll(() => link.close())

  test('an identity gets its burst and then has to wait, from trusted networks too', async () => {
    const caller = { buyerId: newBuyerId(), address: trusted }
    const verdicts = await Promise.all(times(3 * burst, () => checkLimit('order', caller)))
    // One more when the machine is so slow that a token came back meanwhile.
    expect(passed(verdicts)).toBeGreaterThanOrEqual(burst)
    expect(passed(verdicts)).toBeLessThanOrEqual(burst + 1)
    expect(verdicts.at(-1)).toEqual({ ok: false, reason: 'too_many_requests', retryAfterSeconds: 1 })
  })

  test('the burst is one for all processes together', async () => {
    const caller = { buyerId: newBuyerId(), address: trusted }
    const processes = times(3, () => createLimiter(link.redis, trustedNetworks))
    const verdicts = await Promise.all(
      processes.flatMap((check) => times(burst, () => check('order', caller))),
    )
    expect(passed(verdicts)).toBeGreaterThanOrEqual(burst)
    expect(passed(verdicts)).toBeLessThanOrEqual(burst + 1)
  })

  test('one command where only the identity counts, two at once where the network counts too', async () => {
    commands = 0
    await checkLimit('reserve', { buyerId: newBuyerId(), address: trusted })
    expect(commands).toBe(1)
    await checkLimit('reserve', { buyerId: newBuyerId(), address: freshAddress() })
    expect(commands).toBe(3)
  })

  test('a flood from one identity costs no more commands than its limit lets pass', async () => {
    const caller = { buyerId: newBuyerId(), address: trusted }
    commands = 0
    await Promise.all(times(5_000, () => checkLimit('order', caller)))
    expect(commands).toBeGreaterThanOrEqual(burst)
    expect(commands).toBeLessThanOrEqual(burst + 2)
  })

  test('10: rotating addresses inside one IPv6 /64 share one bucket; the next /64 has its own', async () => {
    const { burst, perSecond } = limits.order.perNetwork
    const began = performance.now()
    const prefix = freshAddress().slice(0, -3)
    let host = 0
    const verdicts = await Promise.all(
      times(2 * burst, () => checkLimit('order', { address: `${prefix}:0:0:0:${(++host).toString(16)}` })),
    )
    expect(passed(verdicts)).toBeGreaterThanOrEqual(burst)
    const refilled = ((performance.now() - began) / 1000) * perSecond
    expect(passed(verdicts)).toBeLessThanOrEqual(burst + Math.ceil(refilled))
    expect(await checkLimit('order', { address: freshAddress() })).toEqual({ ok: true })
  })

  test('10: a limit that counts wide networks gives an IPv6 /48 one bucket, however many /64 it has', async () => {
    const { burst } = limits.wait.perNetwork
    const [a, b] = freshAddress().split(':')
    const from = (n: number) => ({ address: `${a}:${b}:7:${n.toString(16)}::1` })
    let subnet = 0
    const verdicts = await Promise.all(times(4 * burst, () => checkLimit('wait', from(++subnet))))
    expect(passed(verdicts)).toBe(burst)
    expect(await checkLimit('wait', { address: `${a}:${b}:8::1` })).toEqual({ ok: true })
  })

  test('trusted networks have no network limit', async () => {
    const verdicts = await Promise.all(times(500, () => checkLimit('reserve', { address: trusted })))
    expect(passed(verdicts)).toBe(500)
  })

  test.each(['refuse', 'stall'] as const)('I16: while Redis is away (%s) nobody passes', async (fault) => {
    await link.redis.ping()
    link.proxy[fault]()
    const began = performance.now()
    const caller = () => ({ buyerId: newBuyerId(), address: freshAddress() })
    const verdicts = await Promise.all(times(20, () => checkLimit('reserve', caller())))
    expect(performance.now() - began).toBeLessThan(2_000)
    for (const verdict of verdicts) {
      expect(verdict).toEqual({ ok: false, reason: 'try_again', retryAfterSeconds: 1 })
    }
    link.proxy.pass()
    await expect.poll(() => checkLimit('reserve', caller()), { timeout: 5_000 }).toEqual({ ok: true })
  })
})

test('a limiter that times out refuses, although the library calls that a success', async () => {
  const gateway = await startRestGateway({ redisUrl: testRedisUrl(), token: 't' })
  const redis = createRedis({ restUrl: gateway.url, restToken: 't' })
  // Each command is within its own timeout, both together are not within the limiter's.
  gateway.faults.push({ when: ([name]) => String(name).startsWith('eval'), do: 'delay', ms: 700 })
  const checkLimit = createLimiter(redis, [])
  const verdict = await checkLimit('reserve', { address: freshAddress() })
  expect(verdict).toEqual({ ok: false, reason: 'try_again', retryAfterSeconds: 1 })
  await gateway.close()
})

test('a process whose clock runs ten minutes ahead makes nobody else wait longer', async () => {
  const redis = createRedis({ redisUrl: testRedisUrl() })
  const buyerId = newBuyerId()
  await redis.hset(`limit:order:buyer:${buyerId}`, { refilledAt: Date.now() + 600_000, tokens: 0 })
  const checkLimit = createLimiter(redis, trustedNetworks)
  expect(await checkLimit('order', { buyerId, address: trusted })).toMatchObject({ ok: false })
  await redis.del(`limit:order:buyer:${buyerId}`)
  const again = () => checkLimit('order', { buyerId, address: trusted })
  await expect.poll(again, { timeout: 3_000 }).toEqual({ ok: true })
  closeRedis(redis)
})

test('the local floor refills with time and forgets the identities it met longest ago', () => {
  // Its only clock, which stands still between the steps: a slow machine would refill the bucket meanwhile.
  vi.useFakeTimers({ toFake: ['performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const take = createLocalFloor()
  const bucket = { burst: 2, perSecond: 20 }
  expect([take('a', bucket), take('a', bucket), take('a', bucket)]).toEqual([true, true, false])
  vi.advanceTimersByTime(49)
  expect(take('a', bucket)).toBe(false)
  vi.advanceTimersByTime(1)
  expect([take('a', bucket), take('a', bucket)]).toEqual([true, false])
  for (let other = 0; other < 50_000; other += 1) take(`b${other}`, bucket)
  expect(take('a', bucket)).toBe(true)
})

describe('networks', () => {
  test.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:DB8:0:42:1:2:3:4', '2001:db8:0:42::/64'],
    ['2001:db8::42:0:0:0:9', '2001:db8:0:42::/64'],
    ['2001:db8:1:2:3::', '2001:db8:1:2::/64'],
    ['2001:db8::9', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['192.0.2.7, 198.51.100.1', 'unknown'],
    ['', 'unknown'],
  ])('%j counts for %j', (address, network) => {
    expect(networkOf(address)).toBe(network)
  })

  test('trust covers its networks in every spelling, and nothing else', () => {
    const isTrusted = trustIn(['127.0.0.0/8', '::1', '2001:db8::/32', '192.0.2.7'])
    const asked = ['127.0.0.1', '::ffff:127.9.9.9', '::1', '2001:DB8:1::2', '192.0.2.7']
    expect(asked.map(isTrusted)).toEqual(asked.map(() => true))
    const others = ['128.0.0.1', '::2', '2001:db9::1', '192.0.2.8', '', 'localhost', '127.0.0.1, 10.0.0.1']
    expect(others.map(isTrusted)).toEqual(others.map(() => false))
  })

  test.each(['localhost', '10.0.0.0/', '10.0.0.0/33', '10.0.0.0/x', '10.0.0.0/8/8', '', '10.0.0.0/-1'])(
    'a mistyped trusted network stops the start: %j',
    (network) => {
      expect(() => trustIn([network])).toThrow()
    },
  )
})
