import { setTimeout as sleep } from 'node:timers/promises'
import type { BenchFloor } from './floor'
import { measureClaim, measureInsert, measureOneByOne } from './ledger'
import { load, oneRequest, type Step } from './load'
import { purchase, untilWebhooksDelivered } from './purchases'
import { commandsBeyond, countCommands } from './redis-commands'
import { actionCall, bareReserve, get, reserveWish } from './requests'

/** What one measurement of a line gives: something a second, and where it matters the Redis commands each of it cost. */
export type Reading = { perSecond: number; wrong?: number; commandsEach?: number }

export type Line = { name: string; unit: string; measure(seconds: number): Promise<Reading> }

const connections = 32

/** Everything that is measured, in the order of a round: what is compared stands side by side. */
export function linesOf(floor: BenchFloor): Line[] {
  const { shop, sales, actions, sources, rivals } = floor
  const next = (step: Step) => (seconds: number) => load(shop.port, connections, seconds, step)
  const requests = (name: string, measure: Line['measure']): Line => ({ name, unit: 'requests', measure })
  const orders = (name: string, measure: (seconds: number) => Promise<number>): Line => ({
    name,
    unit: 'orders',
    measure: async (seconds) => ({ perSecond: await measure(seconds) }),
  })

  const awake = [sales.shop, sales.sold, sales.purchases].map((sale) => `${sale.api}/live`)
  const counted = (step: Step) => async (seconds: number) => {
    const idleWork = () => new Promise<void>((resolve) => setTimeout(resolve, seconds * 1000))
    const idle = await countCommands(shop.ctx, shop.port, awake, idleWork)
    const busy = await countCommands(shop.ctx, shop.port, awake, () => next(step)(seconds))
    return { ...busy.value, commandsEach: commandsBeyond(busy, idle) / Math.max(1, busy.value.steps) }
  }

  const item = (sale: typeof sales.shop) => `${sale.api}/cart/items/${sale.itemId}`
  const form = { slug: sales.shop.slug, itemId: sales.shop.itemId, quantity: '1' }
  const action = (path: string, id: string) => actionCall(shop, path, id, form)
  const noopPage = `/bench/${sales.shop.slug}`
  const salePage = `/sales/${sales.shop.slug}`
  const held = { status: 200, contains: sales.shop.itemId }

  return [
    requests('no-op route, GET', next(oneRequest(() => get('/api/bench/noop'), { status: 200 }))),
    requests('live', counted(oneRequest(() => get(`${sales.sold.api}/live`), { status: 200 }))),
    requests('sale page, static', next(oneRequest(() => get(salePage), { status: 200 }))),
    requests(
      'no-op route, POST',
      next(oneRequest(reserveWish(shop, 'POST', '/api/bench/noop'), { status: 200 })),
    ),
    requests(
      'refusal, sold through',
      counted(
        oneRequest(reserveWish(shop, 'PUT', item(sales.sold)), { status: 409, contains: 'sold_through' }),
      ),
    ),
    requests('reserve, API', next(oneRequest(reserveWish(shop, 'PUT', item(sales.shop)), held))),
    requests(
      'no-op action',
      next(oneRequest(action(noopPage, actions.noop), { status: 200, contains: 'empty_now' })),
    ),
    requests('reserve, action', next(oneRequest(action(salePage, actions.reserve), held))),
    requests('reserve, bare Node', (seconds) =>
      load(
        shop.barePort,
        connections,
        seconds,
        oneRequest(bareReserve(sales.bare), { status: 200, contains: sales.bare.itemId }),
      ),
    ),
    {
      name: 'whole purchases',
      unit: 'purchases',
      async measure(seconds) {
        const { worker } = shop
        worker.resume()
        // It looks at everything that happened meanwhile first.
        await sleep(1_000)
        const measured = await next(purchase(sales.purchases))(seconds)
        await Promise.race([untilWebhooksDelivered(shop.ctx), worker.ended])
        worker.pause()
        return measured
      },
    },
    ...[1, 4].flatMap((concurrency) => [
      orders(`claim, ${concurrency} at a time`, (seconds) =>
        measureClaim(shop.ctx, sales.claims.saleId, { source: sources.claim, concurrency, seconds }),
      ),
      orders(`raw insert, ${concurrency} at a time`, (seconds) =>
        measureInsert(rivals, sales.claims.saleId, { source: sources.insert, concurrency, seconds }),
      ),
    ]),
    orders('hot-row counter', (seconds) =>
      measureOneByOne(sources.single, seconds, (entry) => rivals.hotRow(sales.claims.saleId, entry)),
    ),
    orders('SERIALIZABLE', (seconds) =>
      measureOneByOne(sources.single, seconds, (entry) => rivals.serializable(sales.claims.saleId, entry)),
    ),
  ]
}
