import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { WrongArguments } from '../wrong-arguments'
import { readArguments } from './arguments'
import { findTargets } from './chaos'
import { createClient } from './client'
import { latencyOf, Meter } from './meter'
import { showProgress } from './progress'
import { ask, type Shop } from './shop'
import { Slots } from './slots'

test('percentiles are answers that somebody really waited for', () => {
  const times = Array.from({ length: 100 }, (_, i) => i + 1)
  expect(latencyOf(times)).toEqual({ count: 100, p50: 50, p95: 95, p99: 99, most: 100 })
  expect(latencyOf([7])).toEqual({ count: 1, p50: 7, p95: 7, p99: 7, most: 7 })
  expect(new Meter().latencies()).toEqual({})
})

test('the arguments of a rush have defaults, and wrong ones are told in a sentence', () => {
  expect(readArguments(['--sale', 'drop', '--buyers', '50'])).toEqual({
    ...{
      mode: 'crowd',
      slug: 'drop',
      buyers: 50,
      concurrency: 100,
      chaos: false,
      json: false,
      url: undefined,
    },
  })
  for (const wrong of [
    [],
    ['--sale', 'drop'],
    ['--sale', 'Drop!', '--buyers', '5'],
    ['--sale', 'drop', '--buyers', '0'],
    ['--sale', 'drop', '--buyers', '1.5'],
    ['--sale', 'drop', '--buyers', '5', '--concurrency', 'many'],
    ['--sale', 'drop', '--buyers', '5', '--url', 'localhost'],
  ]) {
    expect(() => readArguments(wrong), wrong.join(' ')).toThrow(WrongArguments)
  }
  expect(() => readArguments(['--sale', 'drop', '--buyers', '5', '--chaso'])).toThrow(/--chaso/)
})

test('a day has defaults, and options of a crowd and of a day are not mixed', () => {
  expect(readArguments(['--sale', 'drop', '--day', '--robots', '5', '--abandon', '.25'])).toMatchObject({
    ...{ mode: 'day', slug: 'drop', minutes: 10, chart: undefined },
    cast: { joiners: 20_000, late: 1_000, abandon: 0.25, robots: 5, identities: 10, seed: 1 },
  })
  expect(readArguments(['--help'])).toEqual({ mode: 'help' })
  for (const wrong of [
    ['--day'],
    ['--sale', 'drop', '--day', '--buyers', '5'],
    ['--sale', 'drop', '--day', '--chaos'],
    ['--sale', 'drop', '--buyers', '5', '--robots', '5'],
    ['--sale', 'drop', '--day', '--abandon', '2'],
    ['--sale', 'drop', '--day', '--abandon', 'some'],
    ['--sale', 'drop', '--day', '--identities', '0'],
  ]) {
    expect(() => readArguments(wrong), wrong.join(' ')).toThrow(WrongArguments)
  }
})

test('people who are told to wait come again no earlier than that', async () => {
  const came: number[] = []
  const server = createServer((_, response) => {
    came.push(performance.now())
    response.writeHead(came.length === 1 ? 429 : 200, { 'retry-after': '1' }).end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const client = createClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const shop = { client, meter: new Meter(), giveUpMs: 60_000 } as Shop
  expect((await ask(shop, 'read', { method: 'GET', path: '/' })).status).toBe(200)
  client.close()
  server.close()
  // Timers count whole milliseconds.
  expect((came[1] as number) - (came[0] as number)).toBeGreaterThan(998)
  expect(shop.meter.retries).toEqual({ 'read: 429': 1 })
})

test('no more are in the shop than it has slots, and who rests lets the next one in', async () => {
  const slots = new Slots(2)
  let inside = 0
  let most = 0
  await Promise.all(
    Array.from({ length: 10 }, async () => {
      await slots.take()
      inside += 1
      most = Math.max(most, inside)
      inside -= 1
      await slots.rest(1)
      inside += 1
      most = Math.max(most, inside)
      await Promise.resolve()
      inside -= 1
      slots.leave()
    }),
  )
  expect(most).toBeLessThanOrEqual(2)
})

test('a folder in which no shop runs has nothing that chaos may kill', () => {
  expect(findTargets('.data/nobody-runs-here')).toEqual([])
})

test('a terminal has one line redrawn, anything else gets lines', () => {
  const tally = { buyers: 4, arrived: 3, sold: 1, refused: 1, failed: 0, left: 0 }
  const shown: string[] = []
  const screen = { write: (text: string) => shown.push(text) }
  const lines = showProgress(tally, new Meter(), screen)
  lines.note('something happened')
  lines.stop()
  expect(shown.every((text) => text.endsWith('\n'))).toBe(true)
  expect(shown.join('')).toMatch(/arrived 3\/4 {2}sold to 1 {2}refused 1/)
  shown.length = 0
  showProgress(tally, new Meter(), { ...screen, isTTY: true }).stop()
  expect(shown[0]).toContain(`\r\x1b[2K${'█'.repeat(12)}${'░'.repeat(12)}`)
})
