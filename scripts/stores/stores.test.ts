import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import postgres from 'postgres'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openHome } from './home'
import { resetStores, type Stores, startStores, stopStores } from './index'
import { isAlive, processIdentity } from './processes'

const options = { timeout: 120_000 }

/** Alone it takes a fifth of a second; the limit leaves room for a machine that runs other tests meanwhile. */
const soonMs = 10_000

let dir: string

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'stampede-stores-'))
})

afterEach(async () => {
  await resetStores(dir)
  rmSync(dir, { recursive: true, force: true })
})

const start = (durable = false) => startStores({ dir, durable })

async function withClients<T>(
  stores: Stores,
  work: (sql: postgres.Sql, redis: Redis) => Promise<T>,
): Promise<T> {
  const sql = postgres(stores.databaseUrl, { max: 1, onnotice: () => {} })
  const redis = new Redis(stores.redisUrl, { protocol: 2 })
  try {
    return await work(sql, redis)
  } finally {
    redis.disconnect()
    await sql.end({ timeout: 1 })
  }
}

/** A process that starts the stores of `dir` and then stays, as the parent of an interrupted start does. */
function parent() {
  const code = `
    import { startStores } from ${JSON.stringify(join(import.meta.dirname, 'index.ts'))}
    startStores({ dir: ${JSON.stringify(dir)}, durable: false }).then((s) => console.log(JSON.stringify(s.pids)))
    setInterval(() => {}, 1000)`
  const file = join(dir, 'parent.mts')
  writeFileSync(file, code)
  return spawn(process.execPath, ['--import', 'tsx', file], { stdio: ['ignore', 'pipe', 'inherit'] })
}

const dead = async (...pids: number[]) => {
  for (const pid of pids) process.kill(pid, 'SIGKILL')
  while (pids.some(isAlive)) await sleep(10)
}

describe('the private stores', options, () => {
  test('what was acknowledged survives kill -9 of both servers, at the same addresses', async () => {
    const before = await start(true)
    await withClients(before, async (sql, redis) => {
      await sql`create table kept (n int)`
      await sql`insert into kept values (42)`
      await redis.set('kept', '42')
    })
    await dead(before.pids.postgres, before.pids.redis)
    const begun = Date.now()
    const after = await start(true)
    expect(Date.now() - begun).toBeLessThan(soonMs)
    expect(after.databaseUrl).toBe(before.databaseUrl)
    expect(after.redisUrl).toBe(before.redisUrl)
    await withClients(after, async (sql, redis) => {
      expect(await sql`select n from kept`).toEqual([{ n: 42 }])
      expect(await redis.get('kept')).toBe('42')
    })
  })

  test('a server killed while a statement runs comes back, although its child still holds the shared memory', async () => {
    const before = await start()
    const sql = postgres(before.databaseUrl, { max: 1, onnotice: () => {} })
    const busy = sql`select count(*) from generate_series(1, 200000000)`.catch(() => 'cut')
    await sleep(300)
    await dead(before.pids.postgres)
    const begun = Date.now()
    await start()
    expect(Date.now() - begun).toBeLessThan(soonMs)
    expect(await busy).toBe('cut')
    await sql.end({ timeout: 1 })
  })

  test('starts at once by several processes end in one pair of servers', async () => {
    const parents = [parent(), parent(), parent()]
    const seen = await Promise.all(
      parents.map(async (child) => String((await once(child.stdout, 'data'))[0])),
    )
    for (const child of parents) child.kill('SIGKILL')
    expect(new Set(seen).size).toBe(1)
    expect((await start()).pids).toEqual(JSON.parse(seen[0] ?? ''))
  })

  test('the servers outlive kill -9 of the process that started them, and the next start attaches', async () => {
    const child = parent()
    const pids = JSON.parse(String((await once(child.stdout, 'data'))[0]))
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect((await start()).pids).toEqual(pids)
  })

  test('a start that is killed at any moment does not spoil the next one', async () => {
    for (const afterMs of [300, 500, 700, 900, 1_200]) {
      const child = parent()
      const exit = once(child, 'exit')
      await sleep(afterMs)
      child.kill('SIGKILL')
      expect(await exit).toEqual([null, 'SIGKILL'])
    }
    const stores = await start()
    await withClients(stores, async (sql) => expect(await sql`select 1 as one`).toEqual([{ one: 1 }]))
  })

  test('a lock of a process that died, or whose pid was given to another one, is broken', async () => {
    const lock = join(openHome(dir).path, 'start.lock')
    writeFileSync(lock, JSON.stringify({ pid: process.pid, identity: 'another life', token: 'stale' }))
    await start()
    expect(existsSync(lock)).toBe(false)
    expect(processIdentity(process.pid)).not.toBe('')
  })

  test('a port that a stranger took meanwhile is exchanged, and the data is still there', async () => {
    const before = await start(true)
    await withClients(before, (_, redis) => redis.set('kept', '42'))
    await before.stop()
    const stranger = createServer().listen(Number(new URL(before.redisUrl).port), '127.0.0.1')
    await once(stranger, 'listening')
    const after = await start(true)
    expect(after.redisUrl).not.toBe(before.redisUrl)
    expect(after.databaseUrl).toBe(before.databaseUrl)
    await withClients(after, async (_, redis) => expect(await redis.get('kept')).toBe('42'))
    stranger.close()
  })

  test('stop ends both and keeps the data, reset deletes it', async () => {
    const before = await start()
    await withClients(before, (sql) => sql`create table kept (n int)`)
    expect(await stopStores(dir)).toEqual(['postgres', 'redis'])
    expect([before.pids.postgres, before.pids.redis].filter(isAlive)).toEqual([])
    const after = await start()
    await withClients(after, async (sql) => expect(await sql`select * from kept`).toEqual([]))
    await resetStores(dir)
    const fresh = await start()
    expect(fresh.databaseUrl).not.toBe(after.databaseUrl)
    await withClients(fresh, (sql) => expect(sql`select * from kept`).rejects.toThrow('does not exist'))
  })

  test('a Redis file that is damaged in the middle is set aside instead of keeping the shop down', async () => {
    const before = await start(true)
    await withClients(before, (_, redis) => redis.set('kept', '42'))
    await before.stop()
    writeFileSync(
      join(openHome(dir).path, 'redis/appendonlydir/appendonly.aof.1.incr.aof'),
      'nonsense\r\nmore',
    )
    await withClients(await start(true), async (_, redis) => expect(await redis.get('kept')).toBe(null))
  })

  test('for tests they run without waiting for the disk, and both settings are what was asked for', async () => {
    for (const durable of [false, true]) {
      await withClients(await start(durable), async (sql, redis) => {
        const [row] =
          await sql`select current_setting('fsync') as fsync, current_setting('synchronous_commit') as sync`
        expect(row).toEqual(durable ? { fsync: 'on', sync: 'on' } : { fsync: 'off', sync: 'off' })
        expect(await redis.config('GET', 'appendonly')).toEqual(['appendonly', durable ? 'yes' : 'no'])
        expect(await redis.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction'])
      })
    }
  })
})
