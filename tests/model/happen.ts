import { sql } from 'drizzle-orm'
import { freeScoresPerItem } from '../../db/keys'
import { intents } from '../../db/sandbox-schema'
import { payments } from '../../db/schema'
import { makeOverdue } from '../shop'
import { longAgoMs, setBackMs } from './admission'
import { at } from './state'
import type { Step } from './steps'
import type { World } from './world'

/** What no verb of the shop brings about: time that passes, and stores that lose what they knew. */
export async function happen(world: World, step: Step, orderId: string): Promise<void> {
  const { shop, sale, keys } = world
  switch (step.do) {
    case 'holdDue':
      return makeHoldDue(world, at(world.buyers, step.buyer))
    case 'ready':
      return makeReady(world)
    case 'cooled':
      return setWaits(world, 0, 1)
    case 'overdue':
      return makeOverdue(shop, orderId)
    case 'ripen':
      await shop.db.execute(sql`
        update ${intents} set succeeds_at = now() - interval '1 second'
        where state = 'processing' and key in (select id from ${payments} where sale_id = ${sale.id})`)
      return
    case 'lose':
      await shop.redis.del(...Object.values(keys))
      return
    case 'snapshot':
      for (const key of Object.values(keys)) await copy(world, key, `${key}:snapshot`)
      return
    case 'rollback':
      for (const key of Object.values(keys)) await copy(world, `${key}:snapshot`, key)
      return
    case 'flushScripts':
      await shop.redis.scriptFlush()
      return
    default:
      throw new Error(`No walk knows how to ${step.do}.`)
  }
}

/** A key that is not there takes its copy with it. */
async function copy({ shop }: World, from: string, to: string) {
  await shop.redis.del(to)
  await shop.redis.copy(from, to)
}

/** As if the hold's time had passed: in its record and, unless it is frozen, in the list of deadlines. */
async function makeHoldDue({ shop, keys }: World, buyer: string) {
  const json = (await shop.redis.hget(keys.holds, buyer)) as string
  // In the text, because parsing would turn Lua's empty tables into something else.
  await shop.redis.hset(keys.holds, { [buyer]: json.replace(/"deadline":[-+.e\d]+/, '"deadline":1') })
  if (!json.includes('"state":"ordered"')) await shop.redis.zadd(keys.due, { score: 1, member: buyer })
}

/** As if the delay of everything that was given back had passed, in the order in which it does. */
async function makeReady({ shop, keys }: World) {
  const flat = (await shop.redis.zrange(keys.free, 0, -1, { withScores: true })) as unknown[]
  for (let i = 0; i < flat.length; i += 2) {
    const score = Number(flat[i + 1])
    if (score % freeScoresPerItem < setBackMs) continue
    await shop.redis.zadd(keys.free, { score: score - setBackMs, member: String(flat[i]) })
  }
}

/** On the sale's clock. */
const forEverMs = 9_000_000_000_000

/** Whoever has to wait does so until a step says that it is over, however slowly this machine walks. */
export const keepWaiting = (world: World) => setWaits(world, longAgoMs, forEverMs)

async function setWaits({ shop, keys }: World, beyondMs: number, untilMs: number) {
  const flat = ((await shop.redis.hgetall(keys.lapses)) ?? []) as unknown as string[]
  for (let i = 0; i < flat.length; i += 2) {
    const [count, until] = String(flat[i + 1]).split(':')
    if (Number(count) < 2 || Number(until) < beyondMs) continue
    await shop.redis.hset(keys.lapses, { [String(flat[i])]: `${count}:${untilMs}` })
  }
}
