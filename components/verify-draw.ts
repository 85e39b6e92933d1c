type Published = { seed: string; commitment: string; joiners: number; saleId: string; buyerId: string }

const utf8 = new TextEncoder()
const hex = (bytes: ArrayBuffer) =>
  Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('')

/** How many others a buyer's draw puts in front of them; null when the seed is not the one that was promised. */
export async function verifyDraw({
  seed,
  commitment,
  joiners,
  saleId,
  buyerId,
}: Published): Promise<number | null> {
  if (hex(await crypto.subtle.digest('SHA-256', utf8.encode(seed))) !== commitment) return null
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('raw', utf8.encode(seed), algorithm, false, ['sign'])
  const mac = hex(await crypto.subtle.sign('HMAC', key, utf8.encode(`${saleId}|${buyerId}`)))
  return Math.floor((Number.parseInt(mac.slice(0, 12), 16) / 2 ** 48) * joiners)
}
