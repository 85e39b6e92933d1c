import { createHash } from 'node:crypto'
import { type Admission, at, type Hold, type Line, type Model, type Returned } from './state'

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

/** Scores of what was given back in these walks are above this, of what fell due, and of what is ready, below. */
export const longAgoMs = 1_000_000_000_000
export const slowMs = 3_600_000

const isReady = ({ shape }: Model, { at }: Returned) => !shape.isSlow || (at !== undefined && at < longAgoMs)

/** Sooner first; what was given back in the step that runs comes last. */
const inTurn = (a: Returned, b: Returned) =>
  (a.at ?? Number.MAX_VALUE) - (b.at ?? Number.MAX_VALUE) ||
  (a.at === undefined ? a.turn - b.turn : 0) ||
  (String(a.number) < String(b.number) ? -1 : 1)

export const inOrder = (returned: Returned[]) => returned.toSorted(inTurn)

export function giveBack(redis: Admission, item: number, numbers: number[], when?: number): Returned[] {
  const known = at(redis.items, item)
  const others = known.returned.filter(({ number }) => !numbers.includes(number))
  const turn = 1 + Math.max(0, ...others.map((each) => each.turn))
  const given = numbers.map((number) => ({ number, at: when, turn }))
  known.returned = [...others, ...given]
  return given
}

/** By how much the time of what was given back is set back once its time has come. */
export const setBackMs = 1_700_000_000_000

export function makeReady(m: Model) {
  for (const { returned } of m.redis?.items ?? []) {
    for (const each of returned) if (each.at !== undefined && each.at > longAgoMs) each.at -= setBackMs
  }
}

const countReady = (m: Model, redis: Admission, item: number) => {
  const { returned, next } = at(redis.items, item)
  return returned.filter((each) => isReady(m, each)).length + at(m.shape.allocations, item) - next + 1
}

/** What this hold gave back and nobody can have yet. */
function stillMine(m: Model, redis: Admission, hold: Hold | undefined, item: number): Returned[] {
  const { returned } = at(redis.items, item)
  return (hold?.gave.get(item) ?? []).filter((each) => !isReady(m, each) && returned.includes(each))
}

/** Which part of the longest delay units of this hold get, as the scripts derive it. */
function lateMs({ shape }: Model, { real, version }: Hold): number {
  if (!shape.isSlow) return 0
  const digest = createHash('sha1').update(`${real}:${version}`).digest('hex')
  return Math.floor((slowMs * (1 + (3 * Number.parseInt(digest.slice(0, 6), 16)) / 16_777_216)) / 4)
}

export function countLapse(redis: Admission, buyer: number, hold: Hold, isRecent: boolean) {
  if (hold.lapsed) return
  const count = (redis.lapses.get(buyer)?.count ?? 0) + 1
  redis.lapses.set(buyer, { count, isCooling: isRecent && count > 1 })
}

/** The deadlines of these walks pass long ago, so nobody waits because of them. */
function endDue(m: Model, redis: Admission, buyer: number, hold: Hold) {
  const when = redis.paused ? undefined : 1 + redis.pausedMs + lateMs(m, hold)
  for (const { item, numbers } of hold.lines) giveBack(redis, item, numbers, when)
  countLapse(redis, buyer, hold, false)
  redis.holds.delete(buyer)
}

export function view(m: Model, redis: Admission, hold: Hold): { ok: Cart } {
  const lines = hold.lines.map(({ item, numbers }) => ({ item, units: numbers.toSorted((a, b) => a - b) }))
  const extensions = Math.max(0, m.shape.extensions - hold.extended)
  return { ok: { version: hold.version, frozen: redis.paused, extensions, lines } }
}

type Wish = { buyer: number; item: number; quantity: number; ifVersion: number | null; isPaidFor?: true }

export function reserve(m: Model, wish: Wish): Answer<Cart> {
  const { buyer, item, quantity, ifVersion } = wish
  const redis = serving(m)
  if (!redis) return refused('try_again')
  const found = livingHold(redis, buyer)
  if (found?.state === 'ordered') return refused('already_ordered')
  const line = found?.lines.find((each) => each.item === item)
  const more = quantity - (line?.numbers.length ?? 0)
  if (more !== 0 && ifVersion !== null && ifVersion !== (found?.version ?? 0)) return refused('cart_changed')
  const mine = stillMine(m, redis, found, item)
  if (more > 0) {
    const reason = refusalOf(m, redis, wish)
    if (reason) return refused(reason)
    if (countReady(m, redis, item) + mine.length < more) expireHolds(m)
    if (countReady(m, redis, item) + mine.length < more) {
      return refused(
        at(redis.items, item).sold >= at(m.shape.allocations, item) ? 'sold_through' : 'empty_now',
      )
    }
  } else if (!found) return refused('not_found')
  const hold = found ?? newHold()
  if (more > 0) take(m, redis, hold, { item, more, mine })
  if (more < 0 && line) {
    mine.push(...giveBack(redis, item, line.numbers.splice(more).reverse()))
    hold.lines = hold.lines.filter((each) => each.numbers.length > 0)
  }
  if (more !== 0) {
    hold.gave.set(item, mine)
    hold.version += 1
    redis.holds.set(buyer, hold)
  }
  return view(m, redis, hold)
}

function refusalOf(m: Model, redis: Admission, { buyer, item, quantity, isPaidFor }: Wish) {
  if (redis.closed) return 'closed'
  if (redis.paused) return 'paused'
  const due = redis.holds.get(buyer)
  if (due && !livingHold(redis, buyer)) endDue(m, redis, buyer, due)
  if (!isPaidFor && redis.lapses.get(buyer)?.isCooling) return 'too_many_requests'
  return at(at(redis.bought, buyer), item) + quantity > m.shape.limit ? 'limit_reached' : null
}

const newHold = (): Hold => ({
  ...{ id: '', state: 'released', deadline: undefined, extended: 0, extension: '', version: 0, lines: [] },
  gave: new Map(),
})

type Taking = { item: number; more: number; mine: Returned[] }

function take(m: Model, redis: Admission, hold: Hold, { item, more, mine }: Taking) {
  const known = at(redis.items, item)
  const numbers: number[] = []
  while (numbers.length < more && mine.length > 0) numbers.push(mine.pop()?.number ?? 0)
  for (const { number } of inOrder(known.returned.filter((each) => isReady(m, each)))) {
    if (numbers.length < more) numbers.push(number)
  }
  known.returned = known.returned.filter(({ number }) => !numbers.includes(number))
  while (numbers.length < more) numbers.push(known.next++)
  const line = hold.lines.find((each) => each.item === item)
  if (line) line.numbers.push(...numbers)
  else hold.lines.push({ item, numbers })
  if (hold.state === 'open') return
  hold.id = `h${++m.holdsMade}`
  hold.state = 'open'
  delete hold.lapsed
}

export function release(m: Model, { buyer }: { buyer: number }): Answer<Cart> {
  const redis = serving(m)
  if (!redis) return refused('try_again')
  const hold = livingHold(redis, buyer)
  if (!hold) return refused('not_found')
  if (hold.state === 'ordered') return refused('already_ordered')
  if (hold.state === 'open') {
    const given = empty(redis, hold, new Set())
    hold.gave = new Map(given)
  }
  return view(m, redis, hold)
}

/** Ends a hold's units but not its deadline. Units in `owned` belong to somebody else and are not free. */
export function empty(redis: Admission, hold: Hold, owned: Set<string>) {
  const given = giveBackUnowned(redis, hold.lines, owned)
  Object.assign(hold, { state: 'released', lines: [], version: hold.version + 1 })
  delete hold.order
  delete hold.body
  return given
}

/** By item, what is free now. */
export function giveBackUnowned(
  redis: Admission,
  lines: Line[],
  owned: Set<string>,
): [item: number, given: Returned[]][] {
  return lines.map(({ item, numbers }) => [
    item,
    giveBack(
      redis,
      item,
      numbers.filter((number) => !owned.has(`${item}:${number}`)),
    ),
  ])
}

export function expireHolds(m: Model): number {
  let ended = 0
  for (const [buyer, hold] of [...(m.redis?.holds ?? [])]) {
    if (!m.redis || hold.state === 'ordered' || !isDue(hold)) continue
    endDue(m, m.redis, buyer, hold)
    ended += 1
  }
  return ended
}
