import { runScript } from '../../db/define-script'
import { config } from '../../lib/config'
import type { Context } from '../../lib/context'
import type { Cart, Order } from '../../lib/contract'
import { expireHolds } from '../../lib/holds/expire'
import { extend } from '../../lib/holds/extend'
import { release } from '../../lib/holds/release'
import { reserve } from '../../lib/holds/reserve'
import { claim } from '../../lib/orders/claim'
import { claimNext } from '../../lib/orders/claim-next'
import { cancelOrder, expireOrders } from '../../lib/orders/end'
import { order } from '../../lib/orders/order'
import { orderScript } from '../../lib/orders/order.lua'
import { findOrderRecord } from '../../lib/orders/read'
import { endUnpaid } from '../../lib/orders/state'
import { reconcile } from '../../lib/repairs/reconcile'
import { type Result, refused } from '../../lib/result'
import { controlSale } from '../../lib/sales/control'
import { isRefused, runOnSale } from '../../lib/sales/run-on-sale'
import { proofArgs } from '../../lib/units/proof'
import { takenEntries } from '../purchase'
import { orderRecord, reload } from '../shop'
import { happen } from './happen'
import { confirmNow, hearNow, payNow, sweepNow, webhooksNow } from './perform-money'
import type { Target } from './predict'
import { at } from './state'
import type { Step } from './steps'
import { bodyOf, detailsOf, itemIndex, realOrderId, setIdle, type World } from './world'

const told = <T>(result: Result<T>, view: (value: T) => unknown) =>
  result.ok ? { ok: view(result.value) } : { refused: result.reason }

const viewCart = (world: World) => (cart: Cart) => ({
  version: cart.version,
  frozen: cart.frozen,
  extensions: cart.extensions,
  lines: cart.lines.map((line) => ({ item: itemIndex(world, line.itemId), units: line.units })),
})

const viewOrder = (world: World) => (made: Order) => ({
  state: made.state,
  lines: made.lines.map(({ itemId, quantity, units }) => ({
    item: itemIndex(world, itemId),
    quantity,
    units,
  })),
})

/** Runs the step's verb on the real stores, and answers in the model's words. */
export async function perform(ctx: Context, world: World, step: Step, target: Target): Promise<unknown> {
  const { sale } = world
  const buyerId = 'buyer' in step ? at(world.buyers, step.buyer) : ''
  const orderId = target.order && realOrderId(world, target.order)
  switch (step.do) {
    case 'reserve': {
      const { quantity, ifVersion } = step
      // Every other buyer comes from a network that is counted.
      const network = step.buyer % 2 ? 'net-1' : undefined
      const wish = { sale, buyerId, itemId: at(sale.items, step.item).id, quantity, network }
      return told(await reserve(ctx, ifVersion === null ? wish : { ...wish, ifVersion }), viewCart(world))
    }
    case 'release':
      return told(await release(ctx, { sale, buyerId }), viewCart(world))
    case 'extend':
      return told(await extend(ctx, { sale, buyerId, request: `wish-${step.request}` }), viewCart(world))
    case 'order': {
      const request = {
        idempotencyKey: `key-0000000${step.key}`,
        checkout: bodyOf(world, step.buyer, step.body),
      }
      return told(await order(ctx, { sale, buyerId, ...request }), viewOrder(world))
    }
    case 'queue':
      return queue(ctx, world, step)
    case 'claim':
      if (step.source === 'left') await setIdle(world, config.claim.takeOverAfterMs + 1_000)
      return claimNext(ctx, sale.id, step.source)
    case 'claimHalf': {
      const entries = await takenEntries(ctx, sale.id)
      if (step.diesAfter === 'claim') await claim(ctx, sale.id, entries)
      return entries.length
    }
    case 'pay':
      return told(await payNow(ctx, await orderRecord(ctx, orderId), step), ({ state }) => state)
    case 'confirm':
      return told(await confirmNow(ctx, await orderRecord(ctx, orderId), step), ({ state }) => state)
    case 'cancel':
      return cancelOrder(ctx, await orderRecord(ctx, orderId))
    case 'endHalf':
      return ctx.db.transaction((tx) => endUnpaid(tx, { saleId: sale.id, orderId, to: step.to }))
    case 'expireHolds':
      return expireHolds(ctx, sale.id)
    case 'expireOrders':
      return expireOrders(ctx, sale.id)
    case 'webhooks':
      return webhooksNow(ctx, world, step.descending)
    case 'webhook':
      return hearNow(ctx, step.silence, at(world.payments, target.payment))
    case 'sweep':
      return sweepNow(ctx, world, at(world.payments, target.payment), step)
    case 'control':
      return told(await controlSale(ctx, sale.id, wishes[step.what]), (value) => value)
    case 'reconcile': {
      await setIdle(world, step.left ? config.claim.takeOverAfterMs + 1_000 : 0)
      const repairs = await reconcile(ctx, sale.id, world.memory)
      if (step.isHeard) world.sale = await reload(ctx, sale.id)
      return repairs
    }
    default:
      return happen(world, step, orderId)
  }
}

const wishes = { pause: { pause: true }, resume: { resume: true }, close: { close: true } } as const

/** `order`, up to the script's reply. */
async function queue(ctx: Context, world: World, step: Extract<Step, { do: 'queue' }>) {
  const { sale } = world
  const id = realOrderId(world, `${step.buyer}/${step.key}`)
  if (!step.raced && (await findOrderRecord(ctx, id))) return { refused: 'known' }
  const args = {
    ...{ buyer: at(world.buyers, step.buyer), order: id, ...detailsOf(world, step.buyer, step.body) },
    ...proofArgs(undefined),
  }
  const reply = await runOnSale(ctx, sale, (epoch) =>
    runScript(ctx.redis, orderScript, world.keys, { ...args, epoch }),
  )
  return isRefused(reply) ? refused(reply.reason).reason : reply.code
}
