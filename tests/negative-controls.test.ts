import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newBuyers, openShop, type Shop } from './shop'

/** These shops are built the obvious way. They show that the crowd of the other tests is a crowd which oversells. */
let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.close())

const crowd = 500
const stock = 10

test('I1: negative control: GET and then DECR from 500 clients oversells 10 units', async () => {
  const key = `naive:${newBuyers(1)[0]}`
  await shop.redis.set(key, stock)
  const sold = await Promise.all(
    newBuyers(crowd).map(async () => {
      const left = Number(await shop.redis.get(key))
      if (left < 1) return false
      await shop.redis.decr(key)
      return true
    }),
  )
  expect(sold.filter(Boolean).length).toBeGreaterThan(stock)
  expect(Number(await shop.redis.get(key))).toBeLessThan(0)
})

test('I1: negative control: reading a counter row and then writing it back oversells 10 units', async () => {
  await shop.db.execute(sql`create table naive_stock (left_over integer not null)`)
  await shop.db.execute(sql`insert into naive_stock values (${stock})`)
  const sold = await Promise.all(
    newBuyers(crowd).map(() =>
      shop.db.transaction(async (tx) => {
        const [row] = await tx.execute<{ left_over: number }>(sql`select left_over from naive_stock`)
        const left = row?.left_over ?? 0
        if (left < 1) return false
        await tx.execute(sql`update naive_stock set left_over = ${left - 1}`)
        return true
      }),
    ),
  )
  expect(sold.filter(Boolean).length).toBeGreaterThan(stock)
})

test('I7: negative control: counting orders and then inserting one, without unit rows, sells a unit twice', async () => {
  await shop.db.execute(sql`create table naive_orders (buyer text not null, number integer not null)`)
  // Fewer than there are connections: all of them count before the first one inserts, as it happens in a crowd.
  const rivals = newBuyers(8)
  let counted = 0
  let goOn = () => {}
  const allCounted = new Promise<void>((resolve) => {
    goOn = resolve
  })
  await Promise.all(
    rivals.map((buyer) =>
      shop.db.transaction(async (tx) => {
        const [row] = await tx.execute<{ sold: number }>(sql`select count(*)::int as sold from naive_orders`)
        const sold = row?.sold ?? 0
        counted += 1
        if (counted === rivals.length) goOn()
        await allCounted
        if (sold < 1) await tx.execute(sql`insert into naive_orders values (${buyer}, ${sold + 1})`)
      }),
    ),
  )
  const [twice] = await shop.db.execute<{ rows: number; numbers: number }>(
    sql`select count(*)::int as rows, count(distinct number)::int as numbers from naive_orders`,
  )
  expect(twice).toEqual({ rows: rivals.length, numbers: 1 })
})
