import {
  type Answer,
  type Cart,
  countLapse,
  empty,
  giveBackUnowned,
  isDue,
  livingHold,
  refused,
  serving,
  view,
} from './admission'
import { type Admission, at, copyLines, type Model } from './state'

export function extend(
  m: Model,
  { buyer, request, holdMs }: { buyer: number; request: string; holdMs: number },
): Answer<Cart> {
  const redis = serving(m)
  if (!redis) return refused('try_again')
  const hold = livingHold(redis, buyer)
  if (!hold || hold.state === 'released') return refused('hold_expired')
  if (hold.state === 'ordered') return refused('already_ordered')
  if (hold.extension !== request) {
    if (hold.extended >= m.shape.extensions) return refused('limit_reached')
    hold.deadline = (hold.deadline ?? 0) + holdMs
    hold.extension = request
    hold.extended += 1
    hold.version += 1
  }
  return view(m, redis, hold)
}

/** Freezes the hold and puts the order into the stream. */
export function freeze(m: Model, { buyer, order, body }: { buyer: number; order: string; body: number }) {
  const redis = serving(m)
  if (!redis) return 'try_again'
  const hold = livingHold(redis, buyer)
  if (hold?.state === 'ordered') {
    if (hold.order !== order) return 'already_ordered'
    return hold.body === body ? 'queued' : 'key_reused'
  }
  if (!hold || hold.lines.length === 0) return 'hold_expired'
  Object.assign(hold, { state: 'ordered', order, body, version: hold.version + 1 })
  const entry = { order, buyer, hold: hold.id, epoch: redis.epoch, body, lines: copyLines(hold.lines) }
  redis.stream.push({ ...entry, taken: false })
  return 'queued'
}

type Outcome = { buyer: number; order: string; end: 'paid' | 'unpaid' | 'rejected'; owned: Set<string> }

/** Carries the end of an order to its hold, if that is still frozen for it. */
export function settle(redis: Admission | null, { buyer, order, end, owned }: Outcome) {
  const hold = redis?.holds.get(buyer)
  if (!redis || hold?.state !== 'ordered' || hold.order !== order) return
  if (end === 'paid') {
    for (const { item, numbers } of hold.lines) {
      at(redis.items, item).sold += numbers.length
      const bought = at(redis.bought, buyer)
      bought[item] = at(bought, item) + numbers.length
    }
    redis.holds.delete(buyer)
    redis.lapses.delete(buyer)
    return
  }
  if (end === 'unpaid') {
    countLapse(redis, buyer, hold, true)
    hold.lapsed = true
  }
  if (isDue(hold)) {
    giveBackUnowned(redis, hold.lines, owned)
    redis.holds.delete(buyer)
  } else empty(redis, hold, owned)
}
