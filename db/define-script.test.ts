import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, expectTypeOf, test, vi } from 'vitest'
import { z } from 'zod'
import { config } from '../lib/config'
import { startRestGateway } from '../tests/rest-gateway'
import { openRedis, testRedisUrl, transports } from '../tests/stores'
import { defineScript, luaArray, runScript } from './define-script'
import { createRedis } from './redis'

const freshKeys = () => {
  const tag = `{test:${randomUUID()}}`
  return { runs: `${tag}:runs`, wishes: `${tag}:wishes`, unused: `${tag}:unused` }
}
const thrownBy = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )

/** Declarative, as all scripts of the shop: the wish counts, not how often it is made. `runs` counts those. */
const wishScript = defineScript({
  name: 'wish',
  keys: ['runs', 'wishes'],
  args: { notAfterMs: 'number', buyer: 'string', quantity: 'number', lines: 'json' },
  uses: [`local function wish(count) redis.call('HSET', wishes, buyer, count) end`],
  body: /* lua */ `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('RPUSH', runs, string.format('%d', notAfterMs))
wish(quantity + #lines)
return cjson.encode({ wished = tonumber(redis.call('HGET', wishes, buyer)), left = notAfterMs - now, none = {} })
`,
  reply: z.object({ wished: z.number(), left: z.number(), none: luaArray(z.string()) }),
})
const wish = { buyer: 'shopper@example.com', quantity: 3, lines: [{ sku: 'a' }] }

/** Answers with one error after another, and with a reply once they are used up. */
const troubleScript = defineScript({
  name: 'trouble',
  keys: ['runs'],
  args: { errors: 'json' },
  body: /* lua */ `
local code = errors[redis.call('INCR', runs)]
if code then return redis.error_reply(code .. ' about shopper@example.com') end
return cjson.encode({ ok = true })
`,
  reply: z.object({ ok: z.literal(true) }),
})

describe.each(transports)('scripts over %s', (transport) => {
  let link: Awaited<ReturnType<typeof openRedis>>
  beforeAll(async () => {
    link = await openRedis(transport)
  })
  afterEach(() => {
    vi.useRealTimers()
  })
  afterAll(() => link.close())

  test('keys and arguments arrive as typed locals, and the reply has its declared type', async () => {
    const reply = await runScript(link.redis, wishScript, freshKeys(), wish)
    expectTypeOf(reply).toEqualTypeOf<{ wished: number; left: number; none: string[] }>()
    expect(reply).toMatchObject({ wished: 4, none: [] })
  })

  test('13: a Redis that lost its scripts gets the source again', async () => {
    const keys = freshKeys()
    await runScript(link.redis, wishScript, keys, wish)
    await link.redis.scriptFlush()
    expect(await runScript(link.redis, wishScript, keys, wish)).toMatchObject({ wished: 4 })
    expect(await link.redis.llen(keys.runs)).toBe(2)
  })

  test('3, I5: a script whose reply is lost ran once, and the repeat is the same call with the same answer', async () => {
    const keys = freshKeys()
    await runScript(link.redis, wishScript, freshKeys(), wish)
    link.proxy.cutNextReply()
    const began = performance.now()
    expect(await runScript(link.redis, wishScript, keys, wish)).toMatchObject({ wished: 4 })
    // A closed connection is noticed: nobody waits for the timeout.
    expect(performance.now() - began).toBeLessThan(config.redis.commandTimeoutMs - 200)
    const runs = await link.redis.lrange(keys.runs, 0, -1)
    expect(runs).toHaveLength(2)
    expect(new Set(runs).size).toBe(1)
    expect(await link.redis.hlen(keys.wishes)).toBe(1)
  })

  test('when every reply is lost the caller learns just that, after the configured attempts', async () => {
    const keys = freshKeys()
    // Measures Redis' clock, which a lost reply before this may have made it forget.
    await runScript(link.redis, wishScript, freshKeys(), wish)
    link.proxy.cutNextReply(config.redis.attempts)
    const error = await thrownBy(runScript(link.redis, wishScript, keys, wish))
    expect(error).toMatchObject({ name: 'LostReply' })
    expect(`${(error as Error).stack} ${JSON.stringify(error)}`).not.toContain(wish.buyer)
    expect(await link.redis.llen(keys.runs)).toBe(config.redis.attempts)
  })

  test.each(['refuse', 'stall'] as const)(
    '17: while Redis is away (%s) a script gives up within its budget, and works once it is back',
    async (fault) => {
      await link.redis.ping()
      link.proxy[fault]()
      const began = performance.now()
      const error = await thrownBy(runScript(link.redis, wishScript, freshKeys(), wish))
      expect(performance.now() - began).toBeLessThan(config.redis.mutationBudgetMs + 100)
      expect(error).toMatchObject({ name: 'LostReply' })
      link.proxy.pass()
      const again = () => runScript(link.redis, wishScript, freshKeys(), wish).catch(() => 'away')
      await expect.poll(again, { timeout: 5_000 }).toMatchObject({ wished: 4 })
    },
  )

  test.each([-10, 10])(
    '32: notAfterMs follows the clock of Redis when the own one is %d minutes off',
    async (minutes) => {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + minutes * 60_000 })
      const { redis, close } = await openRedis(transport)
      const { left } = await runScript(redis, wishScript, freshKeys(), wish)
      vi.setSystemTime(Date.now() - 2 * minutes * 60_000)
      const { left: afterJump } = await runScript(redis, wishScript, freshKeys(), wish)
      await close()
      for (const ms of [left, afterJump]) {
        expect(ms).toBeGreaterThan(config.redis.mutationBudgetMs - 500)
        expect(ms).toBeLessThanOrEqual(config.redis.mutationBudgetMs)
      }
    },
  )

  test('errors that pass by themselves are repeated', async () => {
    const keys = freshKeys()
    expect(await runScript(link.redis, troubleScript, keys, { errors: ['OOM', 'TRYAGAIN'] })).toEqual({
      ok: true,
    })
    expect(await link.redis.get(keys.runs)).toBe('3')
  })

  test('14: after READONLY the client connects again, where a new primary may answer', async () => {
    const connection = await link.redis.exec(['client', 'id'])
    const errors = ['READONLY']
    expect(await runScript(link.redis, troubleScript, freshKeys(), { errors })).toEqual({ ok: true })
    expect(await link.redis.exec(['client', 'id'])).not.toBe(connection)
  })

  test('errors that stay are thrown at once, with their code word only', async () => {
    const keys = freshKeys()
    const error = await thrownBy(runScript(link.redis, troubleScript, keys, { errors: ['WRONGTYPE'] }))
    expect(error).toMatchObject({
      name: 'RedisFault',
      code: 'WRONGTYPE',
      message: 'Redis answered WRONGTYPE',
    })
    expect(await link.redis.get(keys.runs)).toBe('1')
  })

  test.each(['{"ok":"shopper@example.com"}', 'not json', 'null'])(
    'a reply of another shape (%s) is a fault that says where, not what',
    async (json) => {
      const script = defineScript({
        name: 'liar',
        keys: ['runs'],
        args: { json: 'string' },
        body: 'return json',
        reply: z.object({ ok: z.boolean() }),
      })
      const error = await thrownBy(runScript(link.redis, script, freshKeys(), { json }))
      expect(String(error)).toMatch(/script liar .*(ok|all of it) \(invalid_type\)/)
      expect(String(error)).not.toContain('shopper')
    },
  )

  test('numbers that are none never reach Lua', async () => {
    const broken = { ...wish, quantity: Number.NaN }
    await expect(runScript(link.redis, wishScript, freshKeys(), broken)).rejects.toThrow(TypeError)
  })
})

describe('scripts over a REST API in trouble', () => {
  test.each(['status_429', 'status_500', 'html', 'drop_reply'] as const)(
    '18: %s twice, then the answer of one run',
    async (fault) => {
      const gateway = await startRestGateway({ redisUrl: testRedisUrl(), token: 't' })
      const redis = createRedis({ restUrl: gateway.url, restToken: 't' })
      const keys = freshKeys()
      gateway.faults.push({ when: ([name]) => String(name).startsWith('eval'), do: fault, times: 2 })
      expect(await runScript(redis, wishScript, keys, wish)).toMatchObject({ wished: 4 })
      expect(await redis.hlen(keys.wishes)).toBe(1)
      await gateway.close()
    },
  )

  test('17: the budget covers the reading of the clock too, however slow both are', async () => {
    const gateway = await startRestGateway({ redisUrl: testRedisUrl(), token: 't' })
    const redis = createRedis({ restUrl: gateway.url, restToken: 't' })
    gateway.faults.push(
      { when: ([name]) => name === 'time', do: 'delay', ms: 5_000, times: 2 },
      { when: ([name]) => name === 'evalsha', do: 'delay', ms: 5_000 },
    )
    const began = performance.now()
    expect(await thrownBy(runScript(redis, wishScript, freshKeys(), wish))).toMatchObject({ why: 'timeout' })
    expect(performance.now() - began).toBeLessThan(config.redis.mutationBudgetMs)
    await gateway.close()
  })
})

describe('a declaration', () => {
  test.each([
    [['end'], {}],
    [['free'], { KEYS: 'string' }],
    [['free'], { 'not-after': 'number' }],
    [['free'], { free: 'string' }],
  ] as const)('is refused when %j and %j are not free Lua names', (keys, args) => {
    const declaration = { name: 'bad', keys, args, body: '', reply: z.unknown() }
    expect(() => defineScript(declaration)).toThrow(/^Script bad: "/)
  })
})
