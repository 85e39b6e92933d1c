import { config } from '../config'
import { isSame, sign } from '../sign'

/** A place: by the draw, or with a number in the queue behind it. */
export type Place = { kind: 'draw' } | { kind: 'queue'; number: number }

type Owner = { saleId: string; buyerId: string }

const nameOf = (place: Place) => (place.kind === 'draw' ? 'd' : `q${place.number}`)

/** The signed place of a buyer in a sale's room. Nothing is stored: what is signed is what was promised. */
export function ticketOf(secret: string, owner: Owner, place: Place): string {
  const name = nameOf(place)
  return `${name}.${sign(secret, `ticket|${owner.saleId}|${owner.buyerId}|${name}`)}`
}

/** The place that a ticket promises this buyer in this sale; undefined for one that we did not sign. */
export function readTicket(secret: string, owner: Owner, ticket: string): Place | undefined {
  const [, number] = /^(?:d|q(\d{1,15}))\./.exec(ticket) ?? []
  const place: Place = number === undefined ? { kind: 'draw' } : { kind: 'queue', number: Number(number) }
  return isSame(ticket, ticketOf(secret, owner, place)) ? place : undefined
}

/** The cookies of a browser: its admission, and without JavaScript also what leads there. */
export const admissionCookie = (slug: string) => `admission-${slug}`
export const ticketCookie = (slug: string) => `ticket-${slug}`
export const waitCookie = (slug: string) => `wait-${slug}`

type Timed = 'admission' | 'wait'

const timed = (secret: string, kind: Timed, { saleId, buyerId }: Owner, ms: number) =>
  `${ms}.${sign(secret, `${kind}|${saleId}|${buyerId}|${ms}`)}`

/** The moment that was signed for this buyer in this sale; NaN for anything that we did not sign. */
function readTimed(secret: string, kind: Timed, owner: Owner, text: string | undefined): number {
  const ms = Number(/^(\d{13})\./.exec(text ?? '')?.[1])
  return isSame(text ?? '', timed(secret, kind, owner, ms)) ? ms : Number.NaN
}

/** The right to reserve, for one buyer in one sale until a moment (ms). */
export const admissionOf = (secret: string, owner: Owner, untilMs: number) =>
  timed(secret, 'admission', owner, untilMs)

/** Until when an admission is good, if it is ours, of this buyer and sale, and not over; else null. Costs no store (I17). */
export function admittedUntil(secret: string, owner: Owner, admission: string | undefined, nowMs: number) {
  const untilMs = readTimed(secret, 'admission', owner, admission)
  return untilMs > nowMs ? untilMs : null
}

/** The beginning of a wait, which takes the place of a proof of work where JavaScript is off. */
export const waitFrom = (secret: string, owner: Owner, fromMs: number) => timed(secret, 'wait', owner, fromMs)

/**
 * How many milliseconds of a wait are left, 0 once it is over; undefined for one that is not ours, or so old that it may
 * have been kept in store.
 */
export function waitLeft(
  secret: string,
  owner: Owner,
  wait: string | undefined,
  nowMs: number,
): number | undefined {
  const passedMs = nowMs - readTimed(secret, 'wait', owner, wait)
  if (!(passedMs <= config.room.waitGoodSeconds * 1000)) return undefined
  return Math.max(0, config.room.waitSeconds * 1000 - passedMs)
}
