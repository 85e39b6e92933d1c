import { type Admission, at, type Hold, type Line, type Model } from './state'

export type Cart = {
  version: number
  frozen: boolean
  extensions: number
  lines: { item: number; units: number[] }[]
}
export type Answer<T> = { ok: T } | { refused: string }
export const refused = (reason: string) => ({ refused: reason })

/** Whether scripts of a server that knows an epoch run: Redis is in that one, or in the one the ledger tells it. */
export function serving(m: Model): Admission | null {
  const epoch = m.redis?.epoch
  return epoch === m.known || epoch === m.ledger.epoch ? m.redis : null
}

export const isDue = (hold: Hold) => hold.deadline !== undefined && hold.deadline <= 1

export function livingHold(redis: Admission, buyer: number): Hold | undefined {
  const hold = redis.holds.get(buyer)
  return hold && (hold.state === 'ordered' || !isDue(hold)) ? hold : undefined
}

export function giveBack(redis: Admission, item: number, numbers: number[]) {
  const known = at(redis.items, item)
  known.returned = [...new Set([...known.returned, ...numbers])].sort((a, b) => a - b)
}

const countFree = (m: Model, redis: Admission, item: number) =>
  at(redis.items, item).returned.length + at(m.shape.allocations, item) - at(redis.items, item).next + 1

export function view(m: Model, redis: Admission, hold: Hold): { ok: Cart } {
  const lines = hold.lines.map(({ item, numbers }) => ({ item, units: numbers.toSorted((a, b) => a - b) }))
  const extensions = Math.max(0, m.shape.extensions - hold.extended)
  return { ok: { version: hold.version, frozen: redis.paused, extensions, lines } }
}

type Wish = { buyer: number; item: number; quantity: number; ifVersion: number | null }

export function reserve(m: Model, { buyer, item, quantity, ifVersion }: Wish): Answer<Cart> {
  const redis = serving(m)
  if (!redis) return refused('try_again')
  const found = livingHold(redis, buyer)
  if (found?.state === 'ordered') return refused('already_ordered')
  const line = found?.lines.find((each) => each.item === item)
  const more = quantity - (line?.numbers.length ?? 0)
  if (more !== 0 && ifVersion !== null && ifVersion !== (found?.version ?? 0)) return refused('cart_changed')
  if (more > 0) {
    if (redis.closed) return refused('closed')
    if (redis.paused) return refused('paused')
    if (at(at(redis.bought, buyer), item) + quantity > m.shape.limit) return refused('limit_reached')
    if (countFree(m, redis, item) < more) expireHolds(m)
    if (countFree(m, redis, item) < more) {
      return refused(
        at(redis.items, item).sold >= at(m.shape.allocations, item) ? 'sold_through' : 'empty_now',
      )
    }
  } else if (!found) return refused('not_found')
  const hold = found ?? newHold(redis, buyer)
  if (more > 0) take(m, redis, hold, item, more)
  if (more < 0 && line) {
    giveBack(redis, item, line.numbers.splice(more).reverse())
    hold.lines = hold.lines.filter((each) => each.numbers.length > 0)
  }
  if (more !== 0) {
    hold.version += 1
    redis.holds.set(buyer, hold)
  }
  return view(m, redis, hold)
}

function newHold(redis: Admission, buyer: number): Hold {
  for (const lapsed of redis.holds.get(buyer)?.lines ?? []) giveBack(redis, lapsed.item, lapsed.numbers)
  return { id: '', state: 'released', deadline: undefined, extended: 0, extension: '', version: 0, lines: [] }
}

function take(m: Model, redis: Admission, hold: Hold, item: number, more: number) {
  const known = at(redis.items, item)
  const numbers = known.returned.splice(0, more)
  while (numbers.length < more) numbers.push(known.next++)
  const line = hold.lines.find((each) => each.item === item)
  if (line) line.numbers.push(...numbers)
  else hold.lines.push({ item, numbers })
  if (hold.state !== 'open') hold.id = `h${++m.holdsMade}`
  hold.state = 'open'
}

export function release(m: Model, { buyer }: { buyer: number }): Answer<Cart> {
  const redis = serving(m)
  if (!redis) return refused('try_again')
  const hold = livingHold(redis, buyer)
  if (!hold) return refused('not_found')
  if (hold.state === 'ordered') return refused('already_ordered')
  if (hold.state === 'open') empty(redis, hold, new Set())
  return view(m, redis, hold)
}

/** Ends a hold's units but not its deadline. Units in `owned` belong to somebody else and are not free. */
export function empty(redis: Admission, hold: Hold, owned: Set<string>) {
  giveBackUnowned(redis, hold.lines, owned)
  Object.assign(hold, { state: 'released', lines: [], version: hold.version + 1 })
  delete hold.order
  delete hold.body
}

export function giveBackUnowned(redis: Admission, lines: Line[], owned: Set<string>) {
  for (const { item, numbers } of lines)
    giveBack(
      redis,
      item,
      numbers.filter((number) => !owned.has(`${item}:${number}`)),
    )
}

export function expireHolds(m: Model): number {
  let ended = 0
  for (const [buyer, hold] of m.redis?.holds ?? []) {
    if (!m.redis || hold.state === 'ordered' || !isDue(hold)) continue
    giveBackUnowned(m.redis, hold.lines, new Set())
    m.redis.holds.delete(buyer)
    ended += 1
  }
  return ended
}
