import { expect, test } from 'vitest'
import type { Live } from '@/lib/contract'
import { buyState } from './buy-state'

const opensAt = '2026-11-22T12:00:00.000Z'
const closesAt = '2026-11-22T13:00:00.000Z'
const opening = Date.parse(opensAt)

function live(phase: Live['phase'], counts: Partial<Live['items'][number]> = {}): Live {
  const item = {
    id: 'itm_a',
    available: 400,
    held: 60,
    sold: 40,
    allocation: 500,
    state: 'available' as const,
  }
  return { now: opensAt, epoch: '1', phase, opensAt, closesAt, items: [{ ...item, ...counts }], room: null }
}
const state = (at: Live | null, now = opening + 1000) => buyState(at, 'itm_a', now)

test('opens and closes by the server’s clock, without waiting for the next read', () => {
  expect(state(live('upcoming'), opening - 1)).toBe('upcoming')
  expect(state(live('upcoming'), opening)).toBe('open')
  expect(state(live('open'), Date.parse(closesAt) - 1)).toBe('open')
  expect(state(live('open'), Date.parse(closesAt))).toBe('closed')
})

test('keeps "all held" apart from "sold out"', () => {
  expect(state(live('open', { available: 0, state: 'empty_now' }))).toBe('empty_now')
  expect(state(live('open', { available: 0, held: 0, sold: 500, state: 'sold_through' }))).toBe(
    'sold_through',
  )
})

test('a pause stops buying, but what is sold out stays sold out', () => {
  expect(state(live('paused'))).toBe('paused')
  expect(state(live('paused', { state: 'sold_through' }))).toBe('sold_through')
})

test('is low at a tenth, or at five of a small run', () => {
  expect(state(live('open', { available: 51 }))).toBe('open')
  expect(state(live('open', { available: 50 }))).toBe('open_low')
  expect(state(live('open', { available: 5, allocation: 20 }))).toBe('open_low')
})

test('knows nothing before the first read, so that the server decides', () => {
  expect(state(null)).toBe('unknown')
  expect(buyState(live('open'), 'itm_other', opening)).toBe('unknown')
})
