import { spawn } from 'node:child_process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { migrateLedger } from '../db/migrate'
import { verifySale } from '../lib/repairs/verify'
import { resetStores, type Stores, startStores } from '../scripts/stores'
import { openShop } from './shop'
import { sized } from './size'

const mebibyte = 2 ** 20
/** Stores that nobody else uses, because their memory is measured. */
const dir = `.data/test/${process.pid}`
let stores: Stores
beforeAll(async () => {
  stores = await startStores({ dir, durable: false })
  await migrateLedger(stores.databaseUrl)
})
afterAll(() => resetStores(dir))

type Sold = { saleId: string; redisBytes: number; serverBytes: number }

/** Sells to so many buyers in a process of its own, with nothing of the test runner in its memory. */
function sellTo(buyers: number): Promise<Sold> {
  const args = ['--import', 'tsx', 'tests/million-crowd.ts', String(buyers)]
  const child = spawn(process.execPath, args, {
    env: {
      ...{ PATH: process.env.PATH ?? '', NODE_ENV: 'test', STAMPEDE_DEMO: '1', LOG_LEVEL: 'warn' },
      ...{ DATABASE_URL: stores.databaseUrl, REDIS_URL: stores.redisUrl },
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let told = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    told += part
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) =>
      code === 0
        ? resolve(JSON.parse(told.trim().split('\n').at(-1) ?? '') as Sold)
        : reject(new Error(`The crowd ended with ${code}: ${told.slice(-2_000)}`)),
    )
  })
}

test('a sale of two units for each buyer, sold through the verbs, fits into the memory that was promised', {
  timeout: 7_200_000,
}, async () => {
  const buyers = sized(1_000, 500_000)
  const { saleId, redisBytes, serverBytes } = await sellTo(buyers)
  console.log(
    `${buyers} buyers: Redis ${(redisBytes / mebibyte).toFixed(0)} MiB, server ${(serverBytes / mebibyte).toFixed(0)} MiB`,
  )
  expect(redisBytes).toBeLessThan(400e6)
  expect(serverBytes).toBeLessThan(600e6)
  const shop = await openShop({ DATABASE_URL: stores.databaseUrl, REDIS_URL: stores.redisUrl })
  const { ok, checks, items, orders } = await verifySale(shop, { id: saleId, slug: '' }, 1)
  expect(checks.filter((check) => !check.ok)).toEqual([])
  expect(ok).toBe(true)
  expect(items).toMatchObject([{ minted: 2 * buyers, sold: 2 * buyers, free: 0, held: 0, leaked: 0 }])
  expect(orders.paid).toBe(buyers)
  await shop.close()
})
