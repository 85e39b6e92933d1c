import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Fault, startRestGateway } from '../tests/rest-gateway'
import { openRedis, testRedisUrl, transports } from '../tests/stores'
import { closeRedis, createRedis, LostReply, RedisFault } from './redis'

const secret = 'shopper@example.com'
const freshKey = () => `test:${randomUUID()}`
const thrownBy = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )

/** Everything an error would show in a log. */
const shown = (error: unknown) =>
  error instanceof Error ? `${error.stack} ${JSON.stringify(error)} ${String(error.cause)}` : String(error)

describe.each(transports)('the Redis client over %s', (transport) => {
  let link: Awaited<ReturnType<typeof openRedis>>
  beforeAll(async () => {
    link = await openRedis(transport)
  })
  afterAll(() => link.close())

  test('replies keep the shapes Redis gave them', async () => {
    const [hash, list, sorted, stream] = [freshKey(), freshKey(), freshKey(), freshKey()]
    expect(await link.redis.set(hash, 'x')).toBe('OK')
    expect(await link.redis.del(hash)).toBe(1)
    expect(await link.redis.get(hash)).toBeNull()
    await link.redis.hset(hash, {
      number: '20251122000000000001',
      text: 'ü "true"',
      json: '{"x":1}',
      nil: 'null',
    })
    expect(await link.redis.hmget(hash, 'number', 'text', 'json', 'nil', 'none')).toEqual([
      ...['20251122000000000001', 'ü "true"', '{"x":1}', 'null', null],
    ])
    expect(await link.redis.hgetall(hash)).toHaveLength(8)
    await link.redis.rpush(list, 'a', 'b')
    expect(await link.redis.lrange(list, 0, -1)).toEqual(['a', 'b'])
    await link.redis.zadd(sorted, { score: 1.5, member: 'm' })
    expect(await link.redis.zrange(sorted, 0, -1, { withScores: true })).toEqual(['m', '1.5'])
    await link.redis.xadd(stream, '1-1', { field: 'value' })
    expect(await link.redis.xrange(stream, '-', '+')).toEqual([['1-1', ['field', 'value']]])
    const time = (await link.redis.time()).map(Number)
    expect(Math.abs(Number(time[0]) * 1000 - Date.now())).toBeLessThan(5_000)
  })

  test('commands issued together run in that order, also in a pipeline and a transaction', async () => {
    const key = freshKey()
    const { redis } = link
    expect(await Promise.all([redis.set(key, 1), redis.get(key), redis.incr(key), redis.get(key)])).toEqual([
      ...['OK', '1', 2, '2'],
    ])
    expect(await redis.pipeline().set(key, 5).incr(key).get(key).exec()).toEqual(['OK', 6, '6'])
    expect(await redis.multi().set(key, 7).incr(key).get(key).exec()).toEqual(['OK', 8, '8'])
  })

  test('one failed command among many is a fault of its own', async () => {
    const key = freshKey()
    const [set, failed, got] = await Promise.allSettled([
      link.redis.set(key, secret),
      link.redis.hget(key, 'field'),
      link.redis.get(key),
    ])
    expect(set).toMatchObject({ value: 'OK' })
    expect(failed).toMatchObject({ reason: { name: 'RedisFault', code: 'WRONGTYPE', retryable: false } })
    expect(got).toMatchObject({ value: secret })
  })

  test("Redis' errors keep their code word and nothing of the command", async () => {
    const key = freshKey()
    await link.redis.set(key, secret)
    const errors = await Promise.all([
      thrownBy(link.redis.lpush(key, secret)),
      thrownBy(link.redis.exec(['no-such-command', secret])),
      thrownBy(link.redis.eval(`return redis.error_reply('OOM of ' .. ARGV[1])`, [], [secret])),
      thrownBy(link.redis.pipeline().lpush(key, secret).exec()),
      thrownBy(link.redis.multi().lpush(key, secret).exec()),
    ])
    expect(errors.map((error) => error instanceof RedisFault && error.code)).toEqual([
      ...['WRONGTYPE', 'ERR', 'OOM', 'WRONGTYPE', 'WRONGTYPE'],
    ])
    for (const error of errors) expect(shown(error)).not.toContain(secret)
  })

  test('17: a hanging Redis is a lost reply after one timeout, and the client comes back by itself', async () => {
    link.proxy.stall()
    const began = performance.now()
    const error = await thrownBy(link.redis.set(freshKey(), secret))
    expect(performance.now() - began).toBeLessThan(2_000)
    link.proxy.pass()
    expect(error).toMatchObject({ name: 'LostReply', why: 'timeout' })
    expect(shown(error)).not.toContain(secret)
    await expect.poll(() => link.redis.ping().catch(() => 'down'), { timeout: 5_000 }).toBe('PONG')
  })

  test('a connection whose other end vanished is replaced within seconds', async () => {
    await link.redis.ping()
    link.proxy.mute()
    await expect.poll(() => link.redis.ping().catch(() => 'lost'), { timeout: 5_000 }).toBe('PONG')
  })

  test('9: Redis going down is a lost reply at once, and the client comes back within two seconds', async () => {
    await link.redis.ping()
    link.proxy.refuse()
    const began = performance.now()
    const errors = await Promise.all(
      Array.from({ length: 50 }, () => thrownBy(link.redis.set(freshKey(), secret))),
    )
    expect(performance.now() - began).toBeLessThan(1_500)
    for (const error of errors) {
      expect(error).toBeInstanceOf(LostReply)
      expect(shown(error)).not.toContain(secret)
    }
    link.proxy.pass()
    await expect.poll(() => link.redis.ping().catch(() => 'down'), { timeout: 2_000 }).toBe('PONG')
  })
})

describe('the REST transport', () => {
  let gateway: Awaited<ReturnType<typeof startRestGateway>>
  beforeAll(async () => {
    gateway = await startRestGateway({ redisUrl: testRedisUrl(), token: 'right' })
  })
  afterAll(() => gateway.close())

  test.each(['status_429', 'status_500', 'html', 'drop_reply'] satisfies Fault['do'][])(
    '18: %s is a lost reply, and the command was sent once',
    async (fault) => {
      const redis = createRedis({ restUrl: gateway.url, restToken: 'right' })
      const key = freshKey()
      let sent = 0
      gateway.faults.push({ when: (command) => command[1] === key && ++sent > 0, do: fault, times: 1 })
      const error = await thrownBy(redis.incr(key))
      expect(error).toBeInstanceOf(LostReply)
      expect(shown(error)).not.toContain(key)
      expect(sent).toBe(1)
      expect(await redis.get(key)).toBe(fault === 'drop_reply' ? '1' : null)
    },
  )

  test('a wrong token is a lost reply that says WRONGPASS', async () => {
    const redis = createRedis({ restUrl: gateway.url, restToken: 'wrong' })
    expect(await thrownBy(redis.ping())).toMatchObject({ name: 'LostReply', why: 'WRONGPASS' })
  })

  test('commands of one moment travel as one request', async () => {
    const redis = createRedis({ restUrl: gateway.url, restToken: 'right' })
    const key = freshKey()
    let requests = 0
    // The first command of a request that matches ends the search, so this counts requests.
    gateway.faults.push({ when: (command) => command[1] === key && ++requests > 0, do: 'delay', ms: 0 })
    await Promise.all(Array.from({ length: 100 }, () => redis.incr(key)))
    gateway.faults.length = 0
    expect(await redis.get(key)).toBe('100')
    expect(requests).toBe(1)
  })
})

describe('the settings', () => {
  test('without an address the error names the variables', () => {
    expect(() => createRedis({})).toThrow(/REDIS_URL.*UPSTASH_REDIS_REST_URL/)
  })

  test('a closed client answers lost replies instead of connecting again', async () => {
    const redis = createRedis({ redisUrl: testRedisUrl() })
    await redis.ping()
    closeRedis(redis)
    expect(await thrownBy(redis.ping())).toBeInstanceOf(LostReply)
  })
})
