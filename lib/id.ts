import { createHash, randomBytes } from 'node:crypto'

const alphabet = '0123456789abcdefghijklmnopqrstuvwxyz'

/** Twelve characters of 0-9a-z: 62 bits, short enough to read out on the phone. */
function shortRandom(): string {
  return Array.from(randomBytes(12), (byte) => alphabet[byte % 36]).join('')
}

export const newSaleId = () => `sal_${shortRandom()}`
export const newItemId = () => `itm_${shortRandom()}`
export const newProductId = () => `prd_${shortRandom()}`
export const newVariantId = () => `var_${shortRandom()}`
export const newBuyerId = () => `byr_${randomBytes(16).toString('base64url')}`
export const newHoldId = () => `hld_${randomBytes(12).toString('base64url')}`
export const newAccountId = () => `acc_${randomBytes(12).toString('base64url')}`
export const newPaymentId = () => `pay_${randomBytes(16).toString('base64url')}`

/**
 * The id of the order that this buyer makes in this sale with this idempotency key: always the same one, so that a
 * retry finds its order (I4, I5). It carries the sale, so that a lookup by id goes to one shard.
 */
export function orderIdFor(saleId: string, buyerId: string, idempotencyKey: string): string {
  const digest = createHash('sha256').update(`${saleId}\n${buyerId}\n${idempotencyKey}`).digest()
  return `ord_${saleId.slice(4)}_${digest.subarray(0, 16).toString('base64url')}`
}

/** The sale an order belongs to. The caller has checked the id against `idPatterns.order`. */
export const saleIdOfOrder = (orderId: string) => `sal_${orderId.slice(4, 16)}`
