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

/** Where storage is switched off the place lasts as long as the page. */
const kept = new Map<string, string>()

/** Strings, because a snapshot has to be the same as long as nothing changed. */
function read(slug: string): string {
  try {
    return localStorage.getItem(keyOf(slug)) ?? ''
  } catch {
    return kept.get(slug) ?? ''
  }
}

export function keepPass(slug: string, pass: RoomPass): void {
  const text = JSON.stringify(pass)
  kept.set(slug, text)
  try {
    localStorage.setItem(keyOf(slug), text)
  } catch {
    // `kept` has it.
  }
  window.dispatchEvent(new Event(changed))
}

const parse = (text: string) => (text === '' ? null : (JSON.parse(text) as RoomPass))

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
