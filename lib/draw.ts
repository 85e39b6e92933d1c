import { createHash, createHmac } from 'node:crypto'

/** What a shop publishes of a seed before the draw: nobody, itself included, can choose another one afterwards. */
export const commitmentOf = (seed: string) => createHash('sha256').update(seed).digest('hex')

/**
 * A buyer's draw, evenly spread over [0, 1): the first 48 bits of HMAC-SHA256(seed, saleId + "|" + buyerId). The same
 * seed gives the same buyer the same draw, so joining again gains nothing (I17), and anybody can check their own.
 */
export function drawOf(seed: string, saleId: string, buyerId: string): number {
  return createHmac('sha256', seed).update(`${saleId}|${buyerId}`).digest().readUIntBE(0, 6) / 2 ** 48
}
