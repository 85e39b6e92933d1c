import { afterAll, beforeAll, expect, test } from 'vitest'
import { serverKeys } from '../../db/keys'
import { openShop, type Shop, until } from '../../tests/shop'
import { config } from '../config'
import { rateFor } from './pace'
import { beat, readLateness } from './pulse'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
  await shop.redis.del(serverKeys.pulses)
})
afterAll(() => shop.close())

const load = { now: Date.now(), isShut: false, free: 1_000, came: 0, unclaimed: 0 }
const segments = [{ atMs: load.now - 10_000, base: 0, rate: 0 }]
const { calmLateMs, mostLateMs } = config.room

test('the rate goes by the latest of all server processes, and by what it says now', async () => {
  expect(await readLateness(shop)).toBe(0)
  await Promise.all([5, 90, 20].map((lateMs, at) => beat(shop, { process: `process-${at}`, lateMs })))
  expect(await readLateness(shop)).toBe(90)
  await beat(shop, { process: 'process-1', lateMs: 1.4 })
  expect(await readLateness(shop)).toBe(20)
})

test('a process that is gone is forgotten, and nothing stays in Redis', async () => {
  await beat(shop, { process: 'gone', lateMs: 500 })
  expect(await shop.redis.pttl(serverKeys.pulses)).toBeGreaterThan(0)
  const others = async () => {
    await beat(shop, { process: 'there', lateMs: 7 })
    return (await readLateness(shop)) === 7
  }
  await until('the others to be alone', others, 4 * config.room.pulseSeconds * 1_000)
  expect(await shop.redis.hkeys(serverKeys.pulses)).toEqual(['there'])
})

test('servers that are late slow the room down, and stop it when they are too late', () => {
  const full = rateFor({ ...load, lateMs: 0 }, segments)
  expect(full).toBeGreaterThan(0)
  const rates = [calmLateMs, (calmLateMs + mostLateMs) / 2, mostLateMs, 10 * mostLateMs].map((lateMs) =>
    rateFor({ ...load, lateMs }, segments),
  )
  expect(rates).toEqual([full, full / 2, 0, 0])
  expect(rateFor({ ...load, lateMs: mostLateMs }, []), 'before anything has been measured too').toBe(0)
})
