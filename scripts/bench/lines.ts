import { setTimeout as sleep } from 'node:timers/promises'
import { Connection } from './connection'
import type { BenchFloor } from './floor'
import { bareJoin, joinWish } from './joins'
import { measureClaim, measureInsert, measureOneByOne } from './ledger'
import { load, oneRequest, type Step } from './load'
import type { Running } from './process'
import { barePurchase, purchase, untilWebhooksDelivered } from './purchases'
import { commandsBeyond, countCommands } from './redis-commands'
import { actionCall, admittedWish, bare, bareWish, get, reserveWish } from './requests'

/** What one measurement of a line gives: something a second, and where it matters the Redis commands each of it cost. */
export type Reading = { perSecond: number; wrong?: number; commandsEach?: number }

export type Line = { name: string; unit: string; measure(seconds: number): Promise<Reading> }

const connections = 32

/** Everything that is measured, in the order of a round: what is compared stands side by side. */
export function linesOf(floor: BenchFloor): Line[] {
  const { shop, sales, actions, sources, rivals, joiners, edge } = floor
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

  const bareNext = (step: Step) => (seconds: number) => load(shop.barePort, connections, seconds, step)
  /** The bare server answers with the very bytes that the shop answers such a request with. */
  const repeated = (request: () => string, again: () => string) => async (seconds: number) => {
    const connection = new Connection(shop.port)
    const { status, head, body } = await connection.send(request())
    connection.close()
    const headers = Object.fromEntries(
      [...head.matchAll(/^([\w-]+): (.*)\r$/gm)].flatMap(([, name = '', value = '']) =>
        /^(date|connection|keep-alive)$/i.test(name) ? [] : [[name, value]],
      ),
    )
    const teacher = new Connection(shop.barePort)
    await teacher.send(bare('/say', { status, headers, body: body.toString() }))
    teacher.close()
    return bareNext(oneRequest(again, { status }))(seconds)
  }
  const live = () => get(`${sales.sold.api}/live`)
  const page = () => get(edge.path)
  const wishOfSold = reserveWish(shop, 'PUT', item(sales.sold))
  /** With a worker at work, and until it has delivered every webhook. */
  const withWorker = (worker: Running, measure: Line['measure']) => async (seconds: number) => {
    worker.resume()
    // It looks at everything that happened meanwhile first.
    await sleep(1_000)
    const measured = await measure(seconds)
    await Promise.race([untilWebhooksDelivered(shop.ctx), worker.ended])
    worker.pause()
    return measured
  }

  return [
    requests('no-op route, GET', next(oneRequest(() => get('/api/bench/noop'), { status: 200 }))),
    requests('live', counted(oneRequest(live, { status: 200 }))),
    requests(
      'live, bare Node',
      repeated(live, () => get('/said')),
    ),
    requests('page, nginx cache', (seconds) =>
      load(edge.cached, connections, seconds, oneRequest(page, { status: 200 })),
    ),
    requests('page, nginx file', (seconds) =>
      load(edge.file, connections, seconds, oneRequest(page, { status: 200 })),
    ),
    requests('sale page, static', next(oneRequest(() => get(salePage), { status: 200 }))),
    requests(
      'no-op route, POST',
      next(oneRequest(reserveWish(shop, 'POST', '/api/bench/noop'), { status: 200 })),
    ),
    requests(
      'refusal, sold through',
      counted(oneRequest(wishOfSold, { status: 409, contains: 'sold_through' })),
    ),
    requests('refusal, bare Node', repeated(wishOfSold, reserveWish(shop, 'PUT', '/said'))),
    requests('reserve, API', next(oneRequest(reserveWish(shop, 'PUT', item(sales.shop)), held))),
    requests(
      'no-op action',
      next(oneRequest(action(noopPage, actions.noop), { status: 200, contains: 'empty_now' })),
    ),
    requests('reserve, action', next(oneRequest(action(salePage, actions.reserve), held))),
    requests(
      'reserve, bare Node',
      bareNext(oneRequest(bareWish(sales.bare), { status: 200, contains: sales.bare.itemId })),
    ),
    requests(
      'reserve, admitted, both limits',
      next(oneRequest(admittedWish(shop, sales.room), { status: 200, contains: sales.room.itemId })),
    ),
    requests(
      'reserve and limits, bare Node',
      bareNext(oneRequest(bareWish(sales.bare, true), { status: 200, contains: sales.bare.itemId })),
    ),
    requests('join', next(oneRequest(joinWish(sales.join, joiners), { status: 200, contains: 'ticket' }))),
    requests('join, bare Node', bareNext(oneRequest(bareJoin(joiners), { status: 200, contains: 'true' }))),
    {
      name: 'whole purchases',
      unit: 'purchases',
      measure: withWorker(shop.worker, next(purchase(sales.purchases))),
    },
    {
      name: 'whole purchases, bare Node',
      unit: 'purchases',
      measure: withWorker(shop.bareWorker, bareNext(barePurchase(sales.barePurchases))),
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
