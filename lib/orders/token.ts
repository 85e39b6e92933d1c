import { createHmac, timingSafeEqual } from 'node:crypto'

/** Lets whoever holds it read this one order (`?t=`): proof that the shop issued this id, and nothing more. */
export const orderToken = (secret: string, orderId: string) =>
  createHmac('sha256', secret).update(`order:${orderId}`).digest('base64url').slice(0, 22)

/** Compares in constant time. */
export function isOrderToken(secret: string, orderId: string, token: string): boolean {
  const expected = Buffer.from(orderToken(secret, orderId))
  const given = Buffer.from(token)
  return given.length === expected.length && timingSafeEqual(given, expected)
}
