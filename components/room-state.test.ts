import { expect, test } from 'vitest'
import type { Live } from '@/lib/contract'
import { lookAgainAfter } from './look-again'
import { roomState } from './room-state'

const now = Date.UTC(2026, 10, 27, 12)
const iso = (ms: number) => new Date(now + ms).toISOString()

/** A room in which 40 are admitted by now, and 2 more each second. */
function live(change: Partial<Live> = {}, room: Partial<NonNullable<Live['room']>> = {}): Live {
  const item = {
    id: 'itm_1',
    available: 50,
    held: 10,
    sold: 40,
    allocation: 100,
    state: 'available' as const,
  }
  return {
    ...{ now: iso(0), epoch: '1-x', phase: 'open', opensAt: iso(-60_000), closesAt: iso(3_600_000) },
    items: [item],
    room: {
      ...{ commitment: 'c', seed: 's', joiners: 500, segments: [{ at: iso(-10_000), base: 20, rate: 2 }] },
      ...room,
    },
    ...change,
  }
}
const waiting = { now, hasPlace: true, isTurn: false, position: 70 }

test('in front are those who have not been admitted yet, and the time follows from the rate', () => {
  expect(roomState({ ...waiting, live: live() })).toEqual({
    ...{ is: 'waiting', ahead: 30, etaSeconds: 15, first: false, paused: false, outlook: 'good' },
    ...{ free: 50, held: 10 },
  })
})

test('the tail is told early, and everybody at once when it is sold through', () => {
  const told = (position: number) => {
    const state = roomState({ ...waiting, position, live: live() })
    return state.is === 'waiting' && state.outlook
  }
  expect([89, 90, 99, 100].map(told)).toEqual(['good', 'unsure', 'unsure', 'unlikely'])
  const items = live().items.map((each) => ({
    ...each,
    available: 0,
    held: 0,
    state: 'sold_through' as const,
  }))
  for (const isTurn of [true, false]) {
    expect(roomState({ ...waiting, isTurn, live: live({ items }) })).toEqual({ is: 'sold_out' })
  }
})

test('a paused sale says so and no time, whatever was announced; an ended one is over', () => {
  expect(roomState({ ...waiting, live: live({ phase: 'paused' }) })).toMatchObject({
    ...{ is: 'waiting', paused: true, etaSeconds: null, ahead: 30 },
  })
  expect(roomState({ ...waiting, live: live({ phase: 'closed' }) })).toEqual({ is: 'closed' })
  expect(roomState({ ...waiting, live: live({ closesAt: iso(-1) }) })).toEqual({ is: 'closed' })
})

test('before the draw there is a place and no number; in the moment of the draw neither is claimed', () => {
  const before = live({ phase: 'room', opensAt: iso(60_000) }, { seed: null, segments: [] })
  const mine = { ...waiting, position: null }
  expect(roomState({ ...mine, live: before })).toEqual({ is: 'in_draw', opensAt: iso(60_000), paused: false })
  const due = live({ opensAt: iso(-1) }, { seed: null, segments: [] })
  expect(roomState({ ...mine, live: due })).toEqual({ is: 'drawing' })
  expect(roomState({ ...mine, live: live() })).toEqual({ is: 'drawing' })
  expect(roomState({ ...waiting, live: live({}, { segments: [] }) })).toMatchObject({
    first: true,
    ahead: 70,
  })
})

test('with nothing known a place is not denied, and nobody without one is told to have it', () => {
  expect(roomState({ ...waiting, live: null, now: null, position: null })).toMatchObject({ is: 'in_draw' })
  expect(roomState({ ...waiting, live: null, now: null, hasPlace: false })).toEqual({ is: 'arriving' })
  expect(roomState({ ...waiting, live: live(), hasPlace: false })).toEqual({ is: 'joining' })
})

test('without JavaScript the page looks again the rarer the longer it takes, and not at all once it is over', () => {
  const after = (position: number) =>
    lookAgainAfter(roomState({ ...waiting, position, live: live() }), now) ?? Number.NaN
  for (let round = 0; round < 50; round++) {
    expect(after(41)).toBeLessThanOrEqual(4)
    expect(after(400)).toBeGreaterThanOrEqual(48)
    expect(after(400)).toBeLessThanOrEqual(72)
  }
  expect(new Set(Array.from({ length: 50 }, () => after(400))).size, 'spread').toBeGreaterThan(5)
  expect(lookAgainAfter({ is: 'sold_out' }, now)).toBeNull()
  expect(lookAgainAfter({ is: 'turn' }, now)).toBeNull()
})
