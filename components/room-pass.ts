'use client'

import { useSyncExternalStore } from 'react'

/** What this browser knows of its place in a waiting room. The right itself is a cookie out of reach of scripts. */
export type RoomPass = {
  ticket: string
  /** Whose place it is: with that anybody's place in the draw follows from what the shop publishes. */
  buyerId: string
  /** Until when the shop lets this browser reserve, on the server's clock; null while it waits. */
  admittedUntil: string | null
}

const keyOf = (slug: string) => `room-${slug}`
const changed = 'stampede-room'

/** What this tab knows. Where storage is switched off the place lasts as long as the page. */
const kept = new Map<string, string>()

const parse = (text: string) => (text === '' ? null : (JSON.parse(text) as RoomPass))

/** A place in the draw comes before every number behind it. */
const numberOf = ({ ticket }: RoomPass) =>
  ticket.startsWith('q') ? Number.parseInt(ticket.slice(1), 10) : -1

/** Whether `one` is a later place of the same buyer than `other`. */
function isLater(one: RoomPass | null, other: RoomPass | null): boolean {
  return one !== null && one.buyerId === other?.buyerId && numberOf(one) > numberOf(other)
}

/**
 * Hears what another tab has stored. A browser may let a tab look before it shows what another one has just stored, and
 * then there are two places: the first one stays (I17), put back by the tab that has it.
 */
function hear({ key, newValue }: StorageEvent): void {
  const slug = [...kept.keys()].find((each) => keyOf(each) === key)
  if (slug === undefined) return
  const mine = kept.get(slug) ?? ''
  if (newValue !== null && isLater(parse(newValue), parse(mine))) store(slug, mine)
  else if (newValue === null) kept.delete(slug)
  else kept.set(slug, newValue)
}

/** Strings, because a snapshot has to be the same as long as nothing changed. */
function read(slug: string): string {
  try {
    return localStorage.getItem(keyOf(slug)) ?? ''
  } catch {
    return kept.get(slug) ?? ''
  }
}

/** Keeps a pass for all tabs, unless this browser has an earlier place of the same buyer. */
export function keepPass(slug: string, pass: RoomPass): void {
  window.addEventListener('storage', hear)
  if (isLater(pass, findPass(slug))) return
  store(slug, JSON.stringify(pass))
}

function store(slug: string, text: string): void {
  kept.set(slug, text)
  try {
    localStorage.setItem(keyOf(slug), text)
  } catch {
    // `kept` has it.
  }
  window.dispatchEvent(new Event(changed))
}

/** The pass of this browser as it is now. */
export const findPass = (slug: string) => parse(read(slug))

/** The ticket is worth nothing: its buyer is another one by now. */
export function forgetPass(slug: string): void {
  kept.delete(slug)
  try {
    localStorage.removeItem(keyOf(slug))
  } catch {
    // `kept` had it.
  }
  window.dispatchEvent(new Event(changed))
}

function subscribe(listener: () => void) {
  window.addEventListener('storage', listener)
  window.addEventListener(changed, listener)
  return () => {
    window.removeEventListener('storage', listener)
    window.removeEventListener(changed, listener)
  }
}

/** The pass of this browser, shared by all its tabs; null without one, and in static HTML. */
export function useRoomPass(slug: string): RoomPass | null {
  const text = useSyncExternalStore(
    subscribe,
    () => read(slug),
    () => '',
  )
  return parse(text)
}
