import { createHmac, timingSafeEqual } from 'node:crypto'

/** A place: by the draw, or with a number in the queue behind it. */
export type Place = { kind: 'draw' } | { kind: 'queue'; number: number }

type Owner = { saleId: string; buyerId: string }

const sign = (secret: string, text: string) =>
  createHmac('sha256', secret).update(text).digest('base64url').slice(0, 32)

const nameOf = (place: Place) => (place.kind === 'draw' ? 'd' : `q${place.number}`)

const isSame = (a: string, b: string) =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))

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

/** The cookie in which a browser carries its admission. */
export const admissionCookie = (slug: string) => `admission-${slug}`

/** The right to reserve, for one buyer in one sale until a moment (ms). */
export const admissionOf = (secret: string, { saleId, buyerId }: Owner, untilMs: number) =>
  `${untilMs}.${sign(secret, `admission|${saleId}|${buyerId}|${untilMs}`)}`

/** Whether an admission is ours, of this buyer and sale, and not over. Costs no store (I17). */
export function holdsAdmission(secret: string, owner: Owner, admission: string | undefined, nowMs: number) {
  const untilMs = Number(/^(\d{13})\./.exec(admission ?? '')?.[1])
  return untilMs > nowMs && isSame(admission ?? '', admissionOf(secret, owner, untilMs))
}
